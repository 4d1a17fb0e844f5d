import * as assert from "node:assert/strict";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import type { ConsoleStack, OpenConsole } from "./open-console.ts";
import { SEEDED, seedExecutions } from "./seed.ts";
import { useConsole } from "./use-console.ts";

const HOME_PAINT_MS = 300;
const TIMELINE_PAINT_MS = 500;

describe("The console in a browser", function () {
  this.timeout(60_000);

  let served: ConsoleStack;
  let opened: OpenConsole;
  let page: Page;

  useConsole({ speed: 10, seed: (folder) => seedExecutions(join(folder, "stack.sqlite"), "durable-workflows-dev-math") }, (ready) => {
    ({ served, opened } = ready);
    ({ page } = opened);
  });

  const heading = (name: string | RegExp): Locator => opened.heading(name);
  const status = (text: string): Locator => opened.status(text);
  const go = (hash: string) => opened.go(hash);
  const start = (workflow: string, payload?: unknown) => opened.start(workflow, payload);

  it("takes the token out of the address bar", () => {
    assert.equal(new URL(page.url()).search, "");
  });

  it("paints the home page in time", async () => {
    const painted: number[] = [];
    // The best of three: other tests run beside this one.
    for (let time = 0; time < 3; time++) {
      await page.reload();
      await heading("Home").waitFor();
      painted.push(await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
    }
    assert.ok(Math.min(...painted) < HOME_PAINT_MS, `${painted.join(", ")} ms`);
  });

  it("finds its way through ten thousand executions", async () => {
    // The cron schedule may add executions of its workflow meanwhile.
    await go("#/executions?workflow=math");
    const count = page.locator(".filters output");
    await count.getByText(`${SEEDED + 1} executions`).waitFor();
    assert.ok((await page.getByRole("row").count()) < 100, "only rows in sight are made");
    await page.getByLabel("Status").selectOption("FAILED");
    await count.getByText(`${SEEDED / 100} executions`).waitFor();
    await page.getByLabel("Status").selectOption("");
    await page.getByLabel("Name, id or ARN").fill("seed-00042");
    await count.getByText("1 execution", { exact: true }).waitFor();
    await page.getByRole("link", { name: "seed-00042" }).click();
    await heading(/seed-00042/).waitFor();
    await go("#/executions?workflow=math");
    await count.getByText(`${SEEDED + 1} executions`).waitFor();
    await page.evaluate("document.querySelector('.rows').scrollTop = 1e9");
    await page.getByRole("link", { name: "seed-00000" }).waitFor();
  });

  it("paints a timeline of a thousand operations in time", async () => {
    await go("#/executions?text=long");
    const href = await page.getByRole("link", { name: "long", exact: true }).getAttribute("href");
    await go("#/");
    await heading("Home").waitFor();
    const took = await page.evaluate<number>(
      `new Promise((resolve) => {
        const begin = performance.now();
        const look = () => document.querySelectorAll(".lane button").length > 10 ? requestAnimationFrame(() => resolve(performance.now() - begin)) : requestAnimationFrame(look);
        location.hash = ${JSON.stringify(href)};
        look();
      })`,
    );
    assert.ok(took < TIMELINE_PAINT_MS, `${took} ms`);
  });

  it("starts each kind of workflow and watches it to its end", async () => {
    const started: string[] = [];
    const job = { message: "hello", processingTime: 1 };
    const payloads: Record<string, unknown> = { "poll-job": job, "callback-job": job, "dispatch-job": job, "create-reminder": { key: "far", at: "2040-01-01T00:00:00", payload: 1 } };
    for (const workflow of ["math", "report", "poll-job", "callback-job", "dispatch-job", "create-reminder", "reminder"]) {
      started.push(await start(workflow, payloads[workflow]));
    }
    for (const execution of started) {
      await go(execution);
      await status("succeeded").waitFor();
    }
    await go("#/start/task-watchdog");
    await page.getByRole("button", { name: "Start task-watchdog" }).click();
    await page.getByText("Accepted.").waitFor();
  });

  it("shows a step's result beside the timeline", async () => {
    await start("math");
    await status("succeeded").waitFor();
    await page.getByRole("button", { name: /^add ?, step, succeeded,/ }).click();
    await page.getByRole("complementary").getByText("15", { exact: true }).waitFor();
  });

  it("names every wrong field before anything is sent", async () => {
    await go("#/start/poll-job");
    await page.getByLabel("Payload", { exact: true }).fill('{"message":"","nonsense":1}');
    await page.getByText("processingTime:").waitFor();
    await page.getByText("nonsense: unknown field").waitFor();
    assert.ok(await page.getByRole("button", { name: "Start poll-job" }).isDisabled());
  });

  it("answers a callback, and the task that was to answer it stops", async () => {
    await start("callback-job", { message: "by hand", processingTime: 3000 });
    await page.getByRole("button", { name: /, callback, started,/ }).click();
    await page.getByLabel("Answer the callback", { exact: true }).last().fill('{"message":"by hand","processingTime":0,"completedAt":"2030-01-01T00:00:00.000Z"}');
    await page.getByRole("button", { name: "Succeed", exact: true }).click();
    await status("succeeded").waitFor();
  });

  it("stops an execution, and re-runs it with an edited input", async () => {
    await start("report");
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await status("stopped").waitFor();
    await page.getByRole("link", { name: "Re-run edited" }).click();
    await heading("Re-run with another input").waitFor();
    await page.getByRole("button", { name: "Start report" }).click();
    await page.getByRole("heading", { level: 1, name: /^report / }).waitFor();
    await status("running").waitFor();
  });

  it("shows when a schedule fires next", async () => {
    await go("#/schedules");
    const schedule = page.getByRole("article", { name: /^report/ });
    await schedule.waitFor();
    assert.equal(await schedule.getByRole("listitem").count(), 5);
  });

  it("makes a one-time schedule, fires it now, and deletes it", async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 19);
    await start("create-reminder", { key: "tomorrow", at: tomorrow, payload: { cup: 2 } });
    await status("succeeded").waitFor();
    await go("#/schedules");
    await page.getByRole("button", { name: "Fire now: tomorrow" }).click();
    await go("#/executions?workflow=reminder");
    await page.locator(".filters output").getByText("2 executions").waitFor();
    await go("#/schedules");
    await page.getByRole("article", { name: "tomorrow" }).getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("article", { name: "tomorrow" }).waitFor({ state: "detached" });
  });

  it("shows markup in names and payloads as text", async () => {
    const markup = "<img src=x onerror=alert(1)><script>alert(1)</script>";
    await start("poll-job", { message: markup, processingTime: 0 });
    await page.getByLabel("Input").getByText("<img src=x").waitFor();
    assert.equal(await page.locator("img[src=x]").count(), 0);
    await go(`#/executions?text=${encodeURIComponent(markup)}`);
    await page.getByText("No execution matches.").waitFor();
  });

  for (const scheme of ["light", "dark"] as const) {
    it(scheme === "light" ? "is accessible everywhere" : "has contrast everywhere, when dark too", async () => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await go("#/executions?text=long");
      const long = (await page.getByRole("link", { name: "long", exact: true }).getAttribute("href")) ?? "";
      for (const place of ["#/", "#/executions", "#/schedules", "#/tasks", "#/jobs", "#/dead-letters", "#/functions", "#/start/math", `${long}?operation=step3`]) {
        await go(place);
        await heading(/./).waitFor();
        await page.locator(".loading").first().waitFor({ state: "detached" });
        assert.deepEqual(await opened.violations(scheme === "light" ? "" : '{ runOnly: ["color-contrast"] }'), [], place);
      }
    });
  }

  it("shows nothing to a tab that has no token", async () => {
    const stranger = await page.context().browser()!.newContext();
    const tab = await stranger.newPage();
    await tab.goto(served.origin);
    await tab.getByRole("heading", { name: "This page needs its token" }).waitFor();
    await stranger.close();
  });
});
