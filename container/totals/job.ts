import * as z from "zod";
import { defineJob } from "../kit/define-job.ts";

/** Any image as it is: its command gets the input from the environment, and its exit code is the report. */
export default defineJob({
  description: "Adds up amounts by name",
  input: z.strictObject({
    /** Lines of the form `name,amount`. Another line fails the job with exit code 65. */
    rows: z.array(z.string().regex(/^[^\n]*$/, "must be one line").max(256)).min(1).max(100),
    /** Seconds to wait first, for trying out stops and time limits. */
    pause: z.number().int().min(0).max(3600).optional(),
  }),
  reports: "exit",
  cpu: 512,
  memory: 1024,
  timeLimitSeconds: 3600,
  maxTasks: 10,
  readonlyRootFilesystem: true,
  examples: [
    { title: "three amounts", input: { rows: ["tea,3", "coffee,2", "tea,4.5"] } },
    { title: "a line that has no amount", input: { rows: ["tea"] }, exitCode: 65 },
  ],
  run: ({ rows, pause = 0 }) => ({ command: [String(pause)], environment: { ROWS: rows.join("\n") } }),
});
