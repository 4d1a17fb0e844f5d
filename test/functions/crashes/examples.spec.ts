import "../environment.ts";
import assert from "node:assert/strict";
import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { FUNCTION_NAMES, WORKFLOWS } from "../../../infra/workflows.ts";
import { fillExample } from "../../../operator/example.ts";
import { START } from "../../kit/simulated.ts";
import { survivesEveryCrash } from "../../kit/survives-every-crash.ts";
import { CrashWorld } from "./world.ts";

interface HandlerModule {
  readonly createHandler: (world: CrashWorld) => DurableLambdaHandler;
}

interface Outcome {
  readonly status: string;
  readonly result?: unknown;
  readonly error?: { readonly ErrorType: string; readonly ErrorMessage: string };
}

describe("Every workflow survives every crash, with each of its examples:", () => {
  for (const name of FUNCTION_NAMES.filter((each) => WORKFLOWS[each].durable !== false)) {
    for (const { title, input, expect = {} } of WORKFLOWS[name].examples) {
      it(`${name}: ${title}`, async () => {
        const { createHandler } = (await import(`../../../functions/${name}/handler.ts`)) as HandlerModule;
        const survived = await survivesEveryCrash(createHandler, fillExample(input, START), (outside) => new CrashWorld(outside));
        const { status, result, error } = JSON.parse(survived.outcome) as Outcome;
        assert.equal(status, expect.status ?? (expect.error === undefined ? "SUCCEEDED" : "FAILED"), survived.outcome);
        assert.equal(error?.ErrorType, expect.error?.type);
        assert.match(error?.ErrorMessage ?? "", expect.error?.message ?? /^/);
        assert.partialDeepStrictEqual(result ?? {}, expect.result ?? {});
      });
    }
  }
});
