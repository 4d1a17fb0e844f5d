export { jobRequestParser as callbackJobInput } from "../shared/job-request.ts";
