import { ok, problem, type Judgement } from "../finding.ts";

/** Node strips the types of the program since 24 without a flag. The Pulumi engine runs the `node` of the PATH. */
const REQUIRED_MAJOR = 24;

/** @param version as in `process.version`, such as `v24.1.0` */
export function judgeNode(version: string): Judgement {
  const major = Number(/^v(\d+)\./.exec(version)?.[1]);
  if (major >= REQUIRED_MAJOR) return ok(`Node ${version} runs the program.`);
  return problem(`Node is ${version}, and the program needs ${REQUIRED_MAJOR} or later.`, "Run npm ci, which installs Node 24, and start Pulumi by npx.");
}
