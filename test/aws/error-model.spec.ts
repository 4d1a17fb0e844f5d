import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { FILE } from "../local/error-codes/model.ts";
import { deriveErrorModel, formatErrorModel } from "./error-model.ts";

describe("The error codes that the local stack is tested against", () => {
  it("are those of botocore's models: `node test/aws/error-model.ts` writes them again", () => {
    assert.equal(readFileSync(FILE, "utf8"), formatErrorModel(deriveErrorModel()));
  });
});
