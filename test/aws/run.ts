/** Runs the specs beside it against botocore and AWS's Python SDK, in a virtual environment made from PyPI. Needs network and python3. */
import { execFileSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import Mocha from "mocha";

/** 1.44.8 is the first botocore whose Lambda model has pause, resume and delete. */
const PACKAGES = ["botocore>=1.44.8", "aws-durable-execution-sdk-python", "awslambdaric"];
const ENVIRONMENT = resolve(import.meta.dirname, "../../.build/aws-venv");

const bin = join(ENVIRONMENT, "bin");
try {
  if (!existsSync(bin)) execFileSync("python3", ["-m", "venv", ENVIRONMENT], { stdio: "inherit" });
  execFileSync(join(bin, "python"), ["-m", "pip", "install", "--quiet", "--upgrade", ...PACKAGES], { stdio: "inherit" });
} catch (error) {
  process.stderr.write(`The virtual environment ${ENVIRONMENT} could not be made. It needs python3 with venv, and PyPI. ${(error as Error).message}\n`);
  process.exit(1);
}
// Python functions, too, run by the first python3 of the path.
process.env["PATH"] = [bin, process.env["PATH"]].join(delimiter);

const mocha = new Mocha({ timeout: 900_000, slow: 60_000, forbidOnly: true });
for (const spec of globSync("*.spec.ts", { cwd: import.meta.dirname }).sort()) mocha.addFile(join(import.meta.dirname, spec));
await mocha.loadFilesAsync();
mocha.run((failures) => process.exit(failures > 0 ? 1 : 0));
