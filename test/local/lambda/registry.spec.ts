import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FunctionRegistry } from "../../../local/lambda/registry.ts";
import { schema } from "../../../local/lambda/schema.ts";
import { Store } from "../../../local/store/store.ts";
import { awsError, functionVersion, identity } from "./support.ts";

const ARN = "arn:aws:lambda:eu-west-1:000000000000:function:greet";

describe("the function registry", () => {
  let folder: string;
  let store: Store;
  let registry: FunctionRegistry;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "registry-"));
    open();
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  function open(): void {
    store = Store.open({ file: join(folder, "stack.sqlite"), schemas: [schema] });
    registry = new FunctionRegistry({ store, identity });
  }

  function declare(...versions: string[]): void {
    registry.apply({
      functions: versions.map((version) => functionVersion({ version, configurationHash: `hash ${version}` })),
      aliases: versions.slice(-1).map((version) => ({ functionArn: ARN, name: "live", version })),
    });
  }

  const resolved = (name: string, qualifier?: string) => {
    const { version, qualified } = registry.resolve(name, qualifier);
    return [version.version, qualified];
  };

  it("knows a function by name, partial ARN and ARN, each with and without a qualifier", () => {
    declare("3");
    for (const name of ["greet", "000000000000:function:greet", ARN]) {
      assert.deepEqual(resolved(name), ["$LATEST", false], name);
      for (const [qualifier, version] of [["3", "3"], ["live", "3"], ["$LATEST", "$LATEST"]] as const) {
        assert.deepEqual(resolved(`${name}:${qualifier}`), [version, true], `${name}:${qualifier}`);
        assert.deepEqual(resolved(name, qualifier), [version, true]);
        assert.deepEqual(resolved(`${name}:${qualifier}`, qualifier), [version, true]);
      }
    }
  });

  it("refuses two qualifiers that differ", () => {
    declare("1");
    assert.throws(
      () => registry.resolve("greet:live", "1"),
      awsError("InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier."),
    );
  });

  it("refuses what is no function name", () => {
    for (const name of ["", "a b", "arn:aws:sqs:eu-west-1:000000000000:queue", "greet:live:1", `x${"y".repeat(64)}`]) {
      assert.throws(() => registry.resolve(name), awsError("ValidationException", /at 'functionName' failed to satisfy constraint/), name);
    }
  });

  it("names what it does not find", () => {
    declare("1");
    const missing: [string, string][] = [
      ["other", "arn:aws:lambda:eu-west-1:000000000000:function:other"],
      ["greet:9", `${ARN}:9`],
      ["greet:staging", `${ARN}:staging`],
      ["arn:aws:lambda:us-east-1:000000000000:function:greet:1", "arn:aws:lambda:us-east-1:000000000000:function:greet:1"],
      ["123456789012:function:greet", "arn:aws:lambda:eu-west-1:123456789012:function:greet"],
    ];
    for (const [name, arn] of missing) {
      assert.throws(() => registry.resolve(name), awsError("ResourceNotFoundException", `Function not found: ${arn}`), name);
    }
    assert.throws(() => registry.alias("greet", "staging"), awsError("ResourceNotFoundException", `Cannot find alias arn: ${ARN}:staging`));
  });

  it("moves names and aliases to a new version and keeps the old one, over a restart too", () => {
    declare("1");
    declare("2");
    store.close();
    open();
    declare("3");
    assert.deepEqual(resolved("greet:live"), ["3", true]);
    assert.deepEqual(resolved("greet"), ["$LATEST", false]);
    assert.deepEqual(registry.resolve("greet:$LATEST").version, { ...registry.newest("greet"), version: "$LATEST", qualifiedArn: `${ARN}:$LATEST` });
    assert.equal(registry.newest("greet")?.version, "3");
    assert.deepEqual(resolved("greet:1"), ["1", true]);
    assert.equal(registry.resolve("greet:2").version.configurationHash, "hash 2");
    assert.deepEqual(registry.versions("greet").map(({ version }) => version), ["1", "2", "3"]);
  });

  it("forgets the name of a function that is not declared any more, but not a version that executions are pinned to", () => {
    declare("1");
    registry.apply({ functions: [], aliases: [] });
    assert.throws(() => registry.resolve("greet"), awsError("ResourceNotFoundException", /Function not found/));
    assert.throws(() => registry.resolve("greet:live"), awsError("ResourceNotFoundException", /Function not found/));
    assert.equal(registry.newest("greet"), undefined);
    assert.throws(() => registry.resolve("greet:1"), awsError("ResourceNotFoundException", /Function not found/));
    assert.equal(registry.find("greet:1")?.version, "1");
  });

  it("forgets superseded versions when it is told to, over a restart too, and none that an alias leads to", () => {
    declare("1");
    declare("2");
    registry.apply({ functions: [functionVersion({ version: "3", configurationHash: "hash 3" })], aliases: [{ functionArn: ARN, name: "live", version: "2" }] });
    assert.deepEqual(registry.superseded().map(({ version }) => version), ["1"]);
    registry.forget(registry.superseded());
    assert.deepEqual(registry.all().map(({ version }) => version), ["2", "3"]);
    store.close();
    open();
    assert.deepEqual(registry.all().map(({ version }) => version), ["2", "3"]);
    assert.equal(registry.find("greet:1"), undefined);
  });

  it("knows nothing of a transaction that has failed, once it has read the store again", () => {
    declare("1");
    assert.throws(() => store.write(() => { declare("1", "2"); throw new Error("another service"); }), /another service/);
    registry.read();
    registry.apply({ functions: [functionVersion({ version: "2", configurationHash: "other" })], aliases: [] });
    assert.equal(registry.find("greet:2")?.configurationHash, "other");
  });

  it("takes the same declaration twice, and a version whose code has moved with the data folder", () => {
    declare("1");
    declare("1");
    registry.apply({ functions: [functionVersion({ configurationHash: "hash 1", codeFolder: "/moved" })], aliases: [] });
    store.close();
    open();
    assert.equal(registry.find("greet:1")?.codeFolder, "/moved");
  });

  it("never lets a published version change, nor an alias lead nowhere", () => {
    declare("1");
    const changed = functionVersion({ configurationHash: "another hash" });
    assert.throws(() => registry.apply({ functions: [changed], aliases: [] }), /already published with other code or configuration/);
    const functions = [functionVersion({ configurationHash: "hash 1" })];
    assert.throws(() => registry.apply({ functions, aliases: [{ functionArn: ARN, name: "live", version: "8" }] }), /version 8, which is not published/);
  });
});
