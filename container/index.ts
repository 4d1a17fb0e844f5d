/** The jobs of this program by name, one line each: a job is a folder with a Dockerfile and a declaration. */
export { default as sample } from "./sample/job.ts";
export { default as totals } from "./totals/job.ts";
