export { jobInputParser as callbackJobInput } from "../shared/job-input.ts";
