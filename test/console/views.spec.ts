import * as assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { hasBrowser, NO_BROWSER } from "./browser.ts";
import { type ConsoleStack, OpenConsole, startConsoleStack } from "./open-console.ts";
import { seedChain } from "./seed.ts";

describe("The console's views", function () {
  this.timeout(60_000);

  let served: ConsoleStack;
  let opened: OpenConsole;
  let page: Page;

  before(async function () {
    if (!hasBrowser) {
      process.stderr.write(`${NO_BROWSER}\n`);
      this.skip();
    }
    served = await startConsoleStack({ speed: 1, seed: (folder) => seedChain(join(folder, "stack.sqlite"), "durable-workflows-dev-math") });
    opened = await OpenConsole.open(served);
    ({ page } = opened);
  });

  after(async () => {
    // Not there when this was skipped.
    if (!hasBrowser) return;
    await opened.close();
    await served.stop();
  });

  afterEach(() => {
    assert.deepEqual(opened.faults.splice(0), []);
  });

  const lane = (name: RegExp) => page.getByRole("listitem").filter({ has: page.getByRole("button", { name }) });
  const panel = () => page.getByRole("complementary");

  async function show(name: string): Promise<void> {
    await opened.go(`#/executions?text=${name}`);
    await page.getByRole("link", { name, exact: true }).click();
    await opened.heading(new RegExp(name)).waitFor();
  }

  it("nests the operations of executions that an execution has started, as deep as one likes", async () => {
    await show("order");
    await lane(/^charge ?, step, succeeded,/).waitFor();
    assert.equal(await lane(/^print ?, step/).count(), 0, "those of the second level are closed at first");
    await page.getByRole("button", { name: "Operations of receipt" }).click();
    await lane(/^print ?, step, succeeded,/).waitFor();
    await page.getByRole("button", { name: /^print ?, step/ }).click();
    await panel().getByText('"print done"').waitFor();
    // The first operation of each of the three has the same id.
    await page.getByRole("button", { name: /^reserve ?, step/ }).click();
    await panel().getByText('"reserve done"').waitFor();
    await page.getByRole("button", { name: "Operations of payment" }).click();
    await lane(/^charge ?, step/).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "The execution that payment started" }).click();
    await opened.heading(/payment/).waitFor();
  });

  it("shows a task with its life, its log and the callback that waits for it in one picture", async () => {
    await opened.start("callback-job", { message: "hello", processingTime: 600 });
    await lane(/, callback, started,/).waitFor();
    await page.getByRole("button", { name: /^ECS task ?, task, running,/ }).click();
    await panel().getByText("starting").waitFor();
    await panel().getByRole("region", { name: "Log" }).getByText("The job starts").waitFor();
    await opened.button("Stop task").click();
    await page.getByRole("button", { name: /^ECS task ?, task, stopped,/ }).waitFor();
    await opened.status("failed").waitFor();
  });

  it("shows the lines of a step beside it, and of an attempt on request", async () => {
    await opened.start("reminder", { key: "tea", payload: 1, scheduledTime: "2030-01-01T00:00:00Z", scheduleArn: "arn", executionId: "x" });
    await opened.status("succeeded").waitFor();
    await page.getByRole("button", { name: /, step, succeeded,/ }).click();
    await panel().getByRole("region", { name: "Log" }).getByText("Reminder due").waitFor();
    await panel().getByRole("button", { name: "1. succeeded" }).click();
    await panel().getByRole("heading", { name: "Log of attempt 1" }).waitFor();
    await panel().getByRole("region", { name: "Log" }).getByText("Reminder due").waitFor();
  });
});
