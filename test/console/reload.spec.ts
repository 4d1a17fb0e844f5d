import assert from "node:assert/strict";
import { startStack, type RunningStack } from "../../local/stack.ts";
import { ReloadProgram } from "../local/reload/reload-program.ts";
import { hasBrowser, NO_BROWSER } from "./browser.ts";
import { OpenConsole } from "./open-console.ts";

describe("The console of a program that is being changed", function () {
  this.timeout(90_000);
  let program: ReloadProgram;
  let stack: RunningStack;
  let opened: OpenConsole;

  before(async function () {
    if (!hasBrowser) {
      process.stderr.write(`${NO_BROWSER}\n`);
      this.skip();
    }
    program = new ReloadProgram();
    const onFatal = (error: Error) => assert.fail(error);
    stack = await startStack({ projectFolder: program.folder, stack: "dev", dataFolder: program.data, port: 0, speed: 1, onFatal, onReload: () => undefined });
    opened = await OpenConsole.open({ stack, origin: new URL(stack.consoleUrl).origin });
  });
  after(async () => {
    if (!hasBrowser) return;
    await opened.close();
    await stack.stop();
    program.remove();
  });

  it("says on every page which change is not live and where it is wrong, until it is right", async () => {
    const notice = opened.page.getByRole("status").filter({ hasText: "The last change is not live" });
    program.write("functions/first.ts", "export const handler = (;\n");
    await notice.filter({ hasText: "functions/first.ts:1:24" }).waitFor();
    await opened.go("#/functions");
    await notice.waitFor();
    assert.deepEqual(await opened.violations(), []);
    program.handler("first", "two");
    await notice.waitFor({ state: "detached" });
    await opened.page.getByRole("article", { name: "first" }).getByText("live → 2").waitFor();
    assert.deepEqual(opened.faults, []);
  });
});
