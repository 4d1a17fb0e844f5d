import { WorkflowError } from "./errors.ts";
import sample, { type SampleInput } from "../../container/sample/job.ts";
import { parseInput } from "./input.ts";
import { excessBytes, MAX_OVERRIDES_BYTES } from "./task-overrides.ts";

/** The input that the job workflows share. @param timeLimitSeconds upper bound of the processing time */
export function boundedJobInput(timeLimitSeconds: number) {
  return sample.input({ timeLimitSeconds });
}

/** Parser of that input. @param timeLimitSeconds upper bound of the processing time */
export function jobInputParser(timeLimitSeconds: number): (event: unknown) => SampleInput {
  const bounded = boundedJobInput(timeLimitSeconds);
  return (event) => {
    const input = parseInput(bounded, event);
    assertFitsTask(input);
    return input;
  };
}

/** @throws WorkflowError `InvalidInput` for an input that RunTask would refuse as too long, naming its longest text */
export function assertFitsTask(input: SampleInput): void {
  const excess = excessBytes(input);
  if (excess > 0) {
    const [path] = texts(input).sort((a, b) => b.bytes - a.bytes).map((text) => text.path);
    throw new WorkflowError(
      "InvalidInput",
      `${path ?? "(input)"}: ${excess} bytes too long once the input is encoded for the task; ECS takes ${MAX_OVERRIDES_BYTES} bytes of overrides in all, and escapes count`,
    );
  }
}

/** Every text of a value by its path, with its length as JSON. */
function texts(value: unknown, path: readonly string[] = []): { path: string; bytes: number }[] {
  if (typeof value === "string") {
    return [{ path: path.join("."), bytes: Buffer.byteLength(JSON.stringify(JSON.stringify(value))) }];
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, each]) => texts(each, [...path, key]));
}
