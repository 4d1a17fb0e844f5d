import * as assert from "node:assert/strict";
import { hasBrowser, NO_BROWSER } from "./browser.ts";
import { type ConsoleStack, OpenConsole, startConsoleStack } from "./open-console.ts";

const PAUSE_MS = 10_000;

describe("The clock in the console", function () {
  this.timeout(60_000);

  let served: ConsoleStack;
  let opened: OpenConsole;

  before(async function () {
    if (!hasBrowser) {
      process.stderr.write(`${NO_BROWSER}\n`);
      this.skip();
    }
    served = await startConsoleStack({ speed: 1 });
    opened = await OpenConsole.open(served);
  });

  after(async () => {
    // Not there when this was skipped.
    if (!hasBrowser) return;
    await opened.close();
    await served.stop();
  });

  const speed = () => opened.page.getByLabel("Speed of the clock");

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
    // Its callback has a time-out, which is not skipped to by a slip.
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
    assert.deepEqual(opened.faults, []);
  });
});
