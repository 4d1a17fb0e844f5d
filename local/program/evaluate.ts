import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import type { Evaluation, EvaluationAnswer, EvaluationRequest } from "./resource.ts";

const EVALUATOR = fileURLToPath(new URL("./evaluator.ts", import.meta.url));

/**
 * Evaluates the Pulumi program for a stack, in a child process that ends with it.
 *
 * @param signal ends the evaluation
 * @throws UserError with the program's own message when the program or its settings are at fault
 * @throws the reason of `signal` when it is aborted
 */
export async function evaluateProgram(request: EvaluationRequest, signal?: AbortSignal): Promise<Evaluation> {
  signal?.throwIfAborted();
  const child = fork(EVALUATOR, { cwd: request.projectFolder, stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: ["--enable-source-maps"] });
  let printed = "";
  const collect = (chunk: Buffer) => (printed += chunk.toString());
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  const kill = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", kill);
  const answer = await new Promise<EvaluationAnswer>((resolve, reject) => {
    child.once("message", (message) => resolve(message as EvaluationAnswer));
    // More than one may come: it cannot be started, and then not be written to.
    child.on("error", reject);
    child.once("exit", (code, signal) =>
      resolve({ kind: "refused", message: `The Pulumi program ended before it answered (${signal ?? `exit code ${code ?? "unknown"}`}).` }),
    );
    child.send(request);
  }).finally(() => signal?.removeEventListener("abort", kill));
  signal?.throwIfAborted();
  if (answer.kind === "evaluated") return answer.evaluation;
  throw new UserError([`The Pulumi program cannot be evaluated for stack ${request.stack}:`, answer.message, printed.trim()].filter(Boolean).join("\n"));
}
