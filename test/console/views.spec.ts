import * as assert from "node:assert/strict";
import { join } from "node:path";
import { BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Page } from "playwright-core";
import type { ConsoleStack, OpenConsole } from "./open-console.ts";
import { seedChain, seedExecutions } from "./seed.ts";
import { useConsole } from "./use-console.ts";

const MATH = "durable-workflows-dev-math";
const JOBS = 550;
/** Those that are seeded, and what other tests let fail. */
const ALL_FAILED = /^all 2\d failed$/;
/** DynamoDB takes no more at once. */
const BATCH = 25;

describe("The console's views", function () {
  this.timeout(60_000);

  let served: ConsoleStack;
  let opened: OpenConsole;
  let page: Page;

  useConsole({
    speed: 1,
    seed(folder) {
      // Twenty failed, and two timed out.
      seedExecutions(join(folder, "stack.sqlite"), MATH, 2_000);
      seedChain(join(folder, "stack.sqlite"), MATH);
    },
  }, (ready) => {
    ({ served, opened } = ready);
    ({ page } = opened);
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
  });

  it("shows the lines of a step beside it, and of an attempt on request", async () => {
    await opened.start("reminder", { key: "tea", payload: 1, scheduledTime: "2030-01-01T00:00:00Z", scheduleArn: "arn", executionId: "x" });
    await opened.status("succeeded").waitFor();
    await page.getByRole("button", { name: /, step, succeeded,/ }).click();
    await panel().getByRole("region", { name: "Log" }).getByText("Reminder due").waitFor();
    await panel().getByRole("button", { name: "1. succeeded" }).click();
    await panel().getByRole("heading", { name: "Log of attempt 1" }).waitFor();
    await panel().getByRole("region", { name: "Log" }).getByText("Reminder due").waitFor();
    await page.getByRole("button", { name: /^invocations/ }).click();
    await panel().getByRole("heading", { name: "Log of the function" }).waitFor();
    await panel().getByText("invocation ended (success)").waitFor();
    await panel().getByRole("region", { name: "Log" }).getByText("Reminder due").waitFor();
  });

  it("counts time-outs among the failures that wait, until they are marked as seen", async () => {
    await opened.go("#/");
    const failures = page.getByRole("region", { name: "Failed executions" });
    await failures.getByRole("link", { name: ALL_FAILED }).waitFor();
    await failures.getByRole("link", { name: "all 2 timed out" }).waitFor();
    await failures.getByText("It had not ended by its deadline.").waitFor();
    await failures.getByRole("button", { name: "Mark as seen: math seed-01900" }).click();
    await page.getByText("1 marked as seen.").waitFor();
    await page.reload();
    await page.getByText("1 marked as seen.").waitFor();
    assert.equal(await failures.getByRole("button", { name: "Mark as seen: math seed-01900" }).count(), 0);
    await failures.getByRole("button", { name: "mark all seen: failed executions" }).click();
    await failures.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Show again" }).click();
    await failures.getByRole("button", { name: "Mark as seen: math seed-01900" }).waitFor();
  });

  it("bears whatever another program has left where the marks are kept", async () => {
    for (const left of ["{", "null", '{"until":"x","ids":[1,{}]}', "[]"]) {
      await page.evaluate(`localStorage.setItem("console-seen-dev", ${JSON.stringify(left)})`);
      await page.reload();
      await page.getByRole("link", { name: ALL_FAILED }).waitFor();
    }
  });

  it("leafs through all jobs, newest first, and finds one", async () => {
    const { endpoint, region, credentials, outputs } = served.stack;
    const client = new DynamoDBClient({ endpoint, region, credentials });
    const jobs = Array.from({ length: JOBS }, (_, index) => ({ jobId: `job-${index}`, status: "SUCCEEDED", attempt: 1, updatedAt: new Date(Date.UTC(2040, 0, 1) + index * 1_000).toISOString() }));
    for (let from = 0; from < JOBS; from += BATCH) {
      const requests = jobs.slice(from, from + BATCH).map((job) => ({ PutRequest: { Item: marshall(job) } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [String(outputs["jobTableName"])]: requests } }));
    }
    client.destroy();
    await opened.go("#/jobs");
    const shown = page.locator(".filters output");
    await shown.getByText(/^1 to 100 of 5\d\d jobs$/).waitFor();
    assert.match((await page.locator(".jobs summary").first().textContent()) ?? "", /job-549/);
    for (let turn = 1; turn <= 5; turn++) {
      await opened.button("Older").click();
      await shown.getByText(new RegExp(`^${turn}01 to`)).waitFor();
    }
    await page.locator(".jobs summary").getByText(/job-0(?!\d)/).waitFor();
    assert.ok(await opened.button("Older").isDisabled());
    await page.getByLabel("Part of a job").fill("job-321");
    await shown.getByText("1 job", { exact: true }).waitFor();
    await page.locator(".jobs summary").getByText(/job-321/).waitFor();
  });

  it("shows what a function may do, who may invoke it, and what IAM has refused with the statement that lacks", async () => {
    await opened.go("#/functions");
    const watchdog = page.getByRole("article", { name: "task-watchdog" });
    await watchdog.getByText("Who may invoke task-watchdog").click();
    await watchdog.getByRole("group", { name: "events.amazonaws.com" }).first().waitFor();
    await watchdog.getByText("What task-watchdog may do").click();
    await watchdog.getByText("ecs:StopTask").first().waitFor();
    const stranger = { kind: "assumed-role", arn: "arn:aws:sts::000000000000:assumed-role/stranger/s", roleArn: "arn:aws:iam::000000000000:role/stranger", accountId: "000000000000" } as const;
    assert.throws(() => served.stack.iam.authorize(stranger, { action: "ecs:RunTask", resource: "arn:aws:ecs:eu-west-1:000000000000:task-definition/x" }));
    await page.reload();
    const refusal = page.getByRole("group", { name: "Statement that would be needed in a policy of the role stranger" });
    await refusal.getByText('"Action": "ecs:RunTask"').waitFor();
  });

  it("fits a narrow window: nothing is wider than it, and everything can be reached", async () => {
    await page.setViewportSize({ width: 380, height: 760 });
    await opened.go("#/executions?text=order");
    const order = (await page.getByRole("link", { name: "order", exact: true }).getAttribute("href")) ?? "";
    await opened.go("#/executions?text=long");
    const long = (await page.getByRole("link", { name: "long", exact: true }).getAttribute("href")) ?? "";
    for (const place of ["#/", "#/executions", "#/schedules", "#/tasks", "#/jobs", "#/dead-letters", "#/functions", "#/start/poll-job", order, `${long}?operation=step3`]) {
      await opened.go(place);
      await opened.heading(/./).waitFor();
      await page.locator(".loading").first().waitFor({ state: "detached" });
      assert.equal(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0, `${place} scrolls sideways`);
      const outside = await page.evaluate<string[]>(
        `[...document.querySelectorAll("a, button, select, input, textarea, summary")]
          .filter((each) => each.checkVisibility() && each.closest(".wide, .scroller, .hidden, dialog") === null)
          .filter((each) => { const { left, right } = each.getBoundingClientRect(); return left < 0 || right > innerWidth; })
          .map((each) => each.outerHTML)`,
      );
      assert.deepEqual(outside, [], place);
      // Its colours are those of a wide one, which are looked at elsewhere.
      assert.deepEqual(await opened.violations('{ rules: { "color-contrast": { enabled: false } } }'), [], place);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});
