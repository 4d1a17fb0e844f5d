/** Writes `test/local/error-codes/model.json` from botocore. Needs a python3 with botocore, such as the one that `npm run test:aws` makes. */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { errorModelSchema, FILE, type ErrorModel } from "../local/error-codes/model.ts";

const SERVICES = ["dynamodb", "ecs", "lambda", "logs", "scheduler", "sqs"];
const LOCAL = resolve(import.meta.dirname, "../../local");

/** The errors that AWS's models list for the operations that the local stack's source names. */
export function deriveErrorModel(): ErrorModel {
  const output = execFileSync("python3", [join(import.meta.dirname, "error_model.py"), ...SERVICES], { encoding: "utf8" });
  const words = new Set(globSync("**/*.ts", { cwd: LOCAL }).flatMap((file) => readFileSync(join(LOCAL, file), "utf8").match(/\w+/g) ?? []));
  const named = Object.entries(errorModelSchema.parse(JSON.parse(output))).map(([service, operations]) => [
    service,
    Object.fromEntries(Object.entries(operations).filter(([operation]) => words.has(operation))),
  ]);
  return Object.fromEntries(named) as ErrorModel;
}

/** One operation a line. */
export function formatErrorModel(model: ErrorModel): string {
  const services = Object.entries(model).map(([service, operations]) => {
    const lines = Object.entries(operations).map(([name, operation]) => `    ${JSON.stringify(name)}: ${JSON.stringify(operation)}`);
    return `  ${JSON.stringify(service)}: {\n${lines.join(",\n")}\n  }`;
  });
  return `{\n${services.join(",\n")}\n}\n`;
}

if (import.meta.main) writeFileSync(FILE, formatErrorModel(deriveErrorModel()));
