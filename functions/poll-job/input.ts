export { jobInputParser as pollJobInput } from "../shared/job-input.ts";
