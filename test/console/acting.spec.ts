import * as assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { DeadLetter } from "../../operator/page/api.ts";
import type { ExecutionView } from "../../operator/page/execution-api.ts";
import { until } from "../../operator/follow.ts";
import { DEADLINE_MS } from "../local/tasks-of.ts";
import type { ConsoleStack, OpenConsole } from "./open-console.ts";
import { useConsole } from "./use-console.ts";

/** Of a `report`, in real time. */
const PAUSE_MS = 10_000;

describe("Acting in the console", function () {
  this.timeout(60_000);

  let served: ConsoleStack;
  let opened: OpenConsole;
  let page: Page;

  useConsole({ speed: 1 }, (ready) => {
    ({ served, opened } = ready);
    ({ page } = opened);
  });

  const speed = () => page.getByLabel("Speed of the clock");
  const count = (text: string) => page.locator(".filters output").getByText(text, { exact: true });
  const begin = (workflow: string, name: string) => served.request("start", { workflow, name, input: "{}" });

  async function confirm(action: string): Promise<void> {
    await opened.button(action).click();
    await page.getByRole("dialog").getByRole("button", { name: action }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  }

  it("stops every running execution that matches the filter, and no other", async () => {
    for (const name of ["bulk-1", "bulk-2", "spared"]) await begin("report", name);
    await opened.go("#/executions?text=bulk");
    await count("2 executions").waitFor();
    await confirm("Stop all");
    await page.getByRole("status").getByText("2 executions stopped.").waitFor();
    await page.getByRole("cell", { name: "stopped" }).nth(1).waitFor();
    await opened.go("#/executions?text=spared&status=STOPPED");
    await page.getByText("No execution matches.").waitFor();
    assert.ok(await opened.button("Stop all").isDisabled());
    assert.deepEqual(await (await served.request("stop-all", { text: "spared", status: "STOPPED" })).json(), { count: 0 });
    await opened.go("#/executions?text=spared");
    await page.getByRole("cell", { name: "running" }).waitFor();
  });

  it("does nothing when a bulk action is not confirmed", async () => {
    await opened.button("Stop all").click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    const { rows } = (await (await served.request("executions?text=spared")).json()) as { rows: { status: string }[] };
    assert.deepEqual(rows.map(({ status }) => status), ["RUNNING"]);
  });

  it("runs every execution again that matches the filter, and no other", async () => {
    for (const name of ["again-1", "again-2", "once"]) await begin("math", name);
    await opened.go("#/executions?text=again");
    await count("2 executions").waitFor();
    await confirm("Re-run all");
    await page.getByRole("status").getByText("2 executions started.").waitFor();
    await opened.go("#/executions?workflow=math");
    await count("5 executions").waitFor();
  });

  it("runs an execution again as it was, or with another input", async () => {
    const first = await opened.start("math", { num1: 20, num2: 5 });
    await opened.status("succeeded").waitFor();
    await opened.button("Re-run").click();
    await page.waitForURL((url) => url.hash.startsWith("#/execution/") && url.hash !== first);
    await page.getByRole("group", { name: "Result" }).getByText('"add": 25').waitFor();
    await page.getByRole("link", { name: "Re-run edited" }).click();
    const payload = page.getByLabel("Payload", { exact: true });
    assert.deepEqual(JSON.parse(await payload.inputValue()), { num1: 20, num2: 5 });
    await payload.fill('{"num1":30,"num2":5}');
    await opened.button("Start math").click();
    await page.getByRole("group", { name: "Result" }).getByText('"add": 35').waitFor();
  });

  it("stops a task", async () => {
    await opened.start("dispatch-job", { message: "hello", processingTime: 0, hang: true });
    await opened.go("#/tasks");
    await page.getByRole("button", { name: /^Stop: task/ }).click();
    await page.getByRole("row", { name: /dispatch-job.*stopped.*Stopped from the console/ }).waitFor();
    await page.getByRole("button", { name: /^Stop: task/ }).waitFor({ state: "detached" });
  });

  it("names the execution of a dead letter, and redrives it, which is gone then", async () => {
    const letters = async () => {
      const all = (await (await served.request("dead-letters")).json()) as DeadLetter[];
      return all.filter(({ target }) => target === "callback-job").map(({ sequence }) => sequence);
    };
    await opened.start("callback-job", { message: "hello", processingTime: 0, fail: { exitCode: 4, error: "out of paper" } }, "demo-printing");
    const failed = opened.arn();
    await opened.status("failed").waitFor();
    const [letter] = await letters();
    await opened.go("#/dead-letters");
    const card = page.getByRole("listitem").filter({ hasText: "out of paper" });
    await card.getByRole("link", { name: "demo-printing" }).waitFor();
    await card.getByRole("button", { name: "Redrive" }).click();
    await opened.heading(/^callback-job/).waitFor();
    assert.notEqual(opened.arn(), failed);
    await page.getByRole("group", { name: "Input" }).first().getByText('"error": "out of paper"').waitFor();
    assert.ok(letter !== undefined && !(await letters()).includes(letter));
  });

  it("says why an action was refused, next to its button", async () => {
    await opened.start("report");
    const arn = opened.arn();
    await page.route("**/console/api/stop", (route) => route.fulfill({ status: 500, json: { error: "The disk is full." } }));
    await opened.button("Stop").click();
    await page.getByRole("alert").getByText("The disk is full.").waitFor();
    await page.unroute("**/console/api/stop");
    await served.request("stop", { arn });
    await opened.status("stopped").waitFor();
    opened.faults.length = 0; // The browser reports the answer.
  });

  it("skips to the end of a wait, and says what it would skip to", async () => {
    const begun = Date.now();
    await opened.start("report");
    await opened.page.getByText(/^end of .* in \d/).waitFor();
    await opened.button("Skip to it").click();
    await opened.status("succeeded").waitFor();
    assert.ok(Date.now() - begun < PAUSE_MS, "the wait of ten seconds was not waited for");
  });

  it("says why there is nothing to skip to", async () => {
    await opened.start("callback-job", { message: "hello", processingTime: 600 });
    const arn = opened.arn();
    await until("the task has started", DEADLINE_MS, async () => {
      const { operations } = (await (await served.request(`execution?arn=${encodeURIComponent(arn)}`)).json()) as ExecutionView;
      return operations.find(({ name, status }) => name === "await-start" && status === "SUCCEEDED");
    });
    // From now on its callback has the next timer, which is not skipped to by a slip.
    await opened.page.getByText(/^time-out of .* in \d/).waitFor();
    await opened.button("Skip to it").click();
    await opened.page.getByRole("dialog").getByText("as if nobody had answered it").waitFor();
    await opened.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await opened.button("Stop").click();
    await opened.status("stopped").waitFor();
    await opened.page.getByText("Next timer").waitFor({ state: "detached" });
    const refused = await served.request("skip", { arn });
    assert.equal(refused.status, 400);
    assert.deepEqual(await refused.json(), { error: "The execution waits for no timer." });
  });

  it("shows its speed on every page, sets it, and hears of it when another sets it", async () => {
    await opened.go("#/");
    assert.equal(await speed().inputValue(), "1");
    await speed().selectOption("100");
    await opened.page.locator(".clock.fast").waitFor();
    const begun = Date.now();
    await opened.start("report");
    await opened.status("succeeded").waitFor();
    assert.ok(Date.now() - begun < PAUSE_MS, "ten seconds were a tenth of one");
    await served.request("speed", { speed: 7 });
    await opened.page.locator(".clock select", { hasText: "7× speed" }).waitFor();
    assert.equal(await speed().inputValue(), "7");
    await served.request("speed", { speed: 1 });
    await opened.page.locator(".clock.fast").waitFor({ state: "detached" });
  });

  it("takes no speed that the stack could not keep up with", async () => {
    for (const wrong of [0, 0.5, 1e6, "fast"]) assert.equal((await served.request("speed", { speed: wrong })).status, 400);
  });

  it("says so when the stack is gone, and goes on by itself when it is back", async () => {
    await opened.go("#/executions?text=meanwhile");
    await page.getByText("No execution matches.").waitFor();
    await served.restart(async () => {
      await page.getByText("The stack does not answer.").waitFor();
      await page.getByText("No execution matches.").waitFor();
    });
    await begin("math", "meanwhile");
    await page.getByText("The stack does not answer.").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "meanwhile" }).waitFor();
    opened.faults.length = 0; // The browser reports each request that was not answered.
  });
});
