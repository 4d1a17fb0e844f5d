import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { defineWorkflow } from "../../functions/shared/workflow.ts";
import { checkDeclarations, listingFaults, workflowFaults } from "../../infra/declarations.ts";
import { parseSettings, type Settings } from "../../infra/settings.ts";
import { PROJECT_FOLDER, PROJECT_NAME, stackConfig, STACKS } from "./mocks.ts";

const approval = defineWorkflow({
  description: "Asks a person for a decision",
  input: z.strictObject({ waitSeconds: z.number().min(1) }),
  durable: { timeoutSeconds: 60 },
  examples: [{ title: "nobody decides", input: { waitSeconds: 2 } }],
});

describe("The declarations", () => {
  let settings: Settings;
  before(async () => {
    settings = parseSettings(await stackConfig("dev"), PROJECT_NAME, "dev");
  });

  const faults = (change: object, name = "approval") => workflowFaults(name, { ...approval, ...change }, settings);

  for (const stack of STACKS) {
    it(`of the program are right in ${stack}`, async () => {
      await checkDeclarations(PROJECT_FOLDER, parseSettings(await stackConfig(stack), PROJECT_NAME, stack));
    });
  }

  const wrong: readonly (readonly [what: string, change: object, message: RegExp])[] = [
    ["a field that is misspelled", { shedule: { expression: "rate(1 day)" } }, /^functions\/approval\/workflow\.ts: shedule: unknown field$/],
    ["a field that is missing", { description: undefined }, /^functions\/approval\/workflow\.ts: description: .*expected string/],
    ["a permission that there isn't", { needs: ["runJobs", "sendMail"] }, /needs\.1: there is no "sendMail"; use runJobs, .*, or add one to functions\/shared\/workflow\.ts and infra\/rights\.ts$/],
    ["a time-out beyond Lambda's", { durable: { timeoutSeconds: 400 * 86_400 } }, /durable\.timeoutSeconds: Too big.*31622400/],
    ["an example that the schema refuses", { examples: [{ title: "too short", input: { waitSeconds: 0 } }] }, /^functions\/approval\/workflow\.ts: example "too short": waitSeconds: .*>=1/],
    ["an example without a title", { examples: [{ input: {} }] }, /examples\.0\.title: /],
  ];
  for (const [what, change, message] of wrong) {
    it(`are refused with ${what}`, () => {
      assert.deepEqual(faults({}), []);
      const [fault = "", ...others] = faults(change);
      assert.match(fault, message);
      assert.deepEqual(others, []);
    });
  }

  it("may have an example whose input is meant to be refused", () => {
    assert.deepEqual(faults({ examples: [{ title: "too short", input: { waitSeconds: 0 }, expect: { status: "FAILED", error: { type: "InvalidInput" } } }] }), []);
  });

  it("are refused with a name that makes no names of AWS and of outputs", () => {
    for (const name of ["Approval", "send_mail", "send-", "2nd"]) assert.match(faults({}, name).join(), /^functions\/index\.ts: .*: use words of lower-case letters/, name);
    assert.deepEqual(faults({}, "send-mail2"), []);
  });

  it("name the folders that the list hasn't, and the lines without a folder", async () => {
    const project = await mkdtemp(join(tmpdir(), "declarations-"));
    try {
      for (const file of ["listed/workflow.ts", "listed/handler.ts", "unlisted/workflow.ts", "unlisted/handler.ts", "half/workflow.ts", "shared/workflow.ts"]) {
        await mkdir(join(project, "functions", file, ".."), { recursive: true });
        await writeFile(join(project, "functions", file), "");
      }
      const found = await listingFaults(project, { folder: "functions", names: ["listed", "half", "mispelled"], declaration: "workflow.ts", needs: "handler.ts" });
      assert.deepEqual(found, [
        "functions/half/handler.ts: is missing",
        "functions/index.ts: mispelled: there is no folder functions/mispelled; the name of a line is that of its folder",
        'functions/index.ts: has no line for functions/unlisted; add: export { default as "unlisted" } from "./unlisted/workflow.ts";',
      ]);
    } finally {
      await rm(project, { recursive: true });
    }
  });
});
