export { jobRequestParser as pollJobInput } from "../shared/job-request.ts";
