import { ESLint, Linter } from "eslint";
import assert from "node:assert/strict";
import { resolve } from "node:path";
import tseslint from "typescript-eslint";

const ROOT = resolve(import.meta.dirname, "..");
const RULES = ["no-restricted-imports", "no-restricted-syntax"];

/** An import of a file from another, and whether the floors allow it. */
const IMPORTS: readonly (readonly [file: string, source: string, allowed: boolean])[] = [
  ["index.ts", "./infra/iam.ts", true],
  ["index.ts", "./container/index.ts", true],
  ["index.ts", "./cli/shapes.ts", false],
  ["index.ts", "./local/stack.ts", false],
  ["demo/index.ts", "../functions/index.ts", true],
  ["demo/index.ts", "../infra/workflows.ts", false],
  ["demo/index.ts", "../local/stack.ts", false],
  ["infra/new.ts", "../functions/index.ts", true],
  ["infra/new.ts", "../container/index.ts", true],
  ["infra/observability/new.ts", "../../index.ts", false],
  ["infra/observability/new.ts", "../../local/clock.ts", false],
  ["functions/new/handler.ts", "../../container/kit/log.ts", true],
  ["functions/new/handler.ts", "../../infra/iam.ts", false],
  ["functions/new/handler.ts", "../../demo/index.ts", false],
  ["functions/new/handler.ts", "../../test/kit/world.ts", false],
  ["functions/new/handler.spec.ts", "../../test/kit/world.ts", true],
  ["container/new/job.ts", "../kit/define-job.ts", true],
  ["container/new/job.ts", "../../functions/shared/errors.ts", false],
  ["container/kit/reporters/new.ts", "../../../functions/shared/errors.ts", false],
  ["cli/commands/new.ts", "../../operator/outputs.ts", true],
  ["cli/commands/new.ts", "../../local/clock.ts", false],
  ["cli/commands/new.ts", "../../functions/index.ts", false],
  ["console/views/new.tsx", "../../operator/page/api.ts", true],
  ["console/views/new.tsx", "../../local/console/inputs.ts", false],
  ["console/new.ts", "../cli/shapes.ts", false],
  ["local/lambda/new.ts", "../console/services.ts", true],
  ["local/lambda/new.ts", "../../operator/outputs.ts", true],
  ["local/lambda/new.ts", "../../console/client.ts", false],
  ["local/cli/new.ts", "../../cli/options.ts", false],
  ["local/new.ts", "../functions/index.ts", false],
  ["local/iam/language/new.ts", "../../../infra/iam.ts", false],
  ["operator/new.ts", "../cli/shapes.ts", false],
  ["operator/page/new.ts", "../../local/declarations.ts", false],
  ["policy/new.ts", "../infra/iam.ts", true],
  ["policy/new.ts", "../functions/index.ts", false],
  ["bootstrap/policies/new.ts", "../../infra/names.ts", true],
  ["bootstrap/policies/new.ts", "../../local/clock.ts", false],
];

const FORMS: Readonly<Record<string, (source: string) => string>> = {
  import: (source) => `import { value } from "${source}"; use(value);`,
  "import type": (source) => `import type { Value } from "${source}"; use<Value>();`,
  "export from": (source) => `export * from "${source}";`,
  "import()": (source) => `use(await import("${source}"));`,
};

/** What the project's own rules say of an import, by the file that it stands in. */
async function faults(eslint: ESLint, file: string, text: string): Promise<string[]> {
  const { rules = {} } = (await eslint.calculateConfigForFile(resolve(ROOT, file))) as Linter.Config;
  const own = Object.fromEntries(Object.entries(rules).filter(([name]) => RULES.includes(name)));
  const config: Linter.Config = { files: ["**/*.ts", "**/*.tsx"], languageOptions: { parser: tseslint.parser }, rules: own };
  return new Linter({ cwd: ROOT }).verify(text, config, file).map(({ message }) => message);
}

describe("The linter", () => {
  const eslint = new ESLint({ cwd: ROOT });

  for (const [file, source, allowed] of IMPORTS) {
    it(`${allowed ? "lets" : "doesn't let"} ${file} import ${source}`, async () => {
      for (const [form, write] of Object.entries(FORMS)) {
        const found = await faults(eslint, file, write(source));
        assert.equal(found.length, allowed ? 0 : 1, `${form}: ${found.join("; ")}`);
        for (const message of found) assert.match(message, /may import .*eslint\.floors\.js/);
      }
    });
  }
});
