/** Pictures of the console for the README, made from the real page: `npm run screenshots` writes docs/images/*.png. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { hasBrowser, NO_BROWSER } from "./browser.ts";
import { OpenConsole, startConsoleStack } from "./open-console.ts";

const IMAGES = resolve(import.meta.dirname, "../../docs/images");
const SETTLED_MS = 700;

/** What has run when the pictures are taken: workflow, payload and name. */
const STARTS: readonly (readonly [string, unknown, string])[] = [
  ["math", { num1: 10, num2: 5 }, "ten-and-five"],
  ["poll-job", { message: "hello", processingTime: 1 }, "invoice-4710"],
  ["math", { num1: 1, num2: 0 }, "one-and-zero"],
  ["callback-job", { message: "invoice 4711", processingTime: 1, fail: { exitCode: 4, error: "out of paper" } }, "invoice-4711"],
  ["dispatch-job", { message: "invoice 4712", processingTime: 1 }, "invoice-4712"],
  ["report", {}, "report-by-hand"],
  ["poll-job", { message: "hello", processingTime: 0, fail: { exitCode: 3 } }, "invoice-4713"],
  ["create-reminder", { key: "renew-the-contract", at: "2040-01-31T09:00:00", timeZone: "Europe/Berlin", payload: { contract: 12 } }, "contract-12"],
];

if (!hasBrowser) throw new Error(NO_BROWSER);
mkdirSync(IMAGES, { recursive: true });
const served = await startConsoleStack({ speed: 1 });
const opened = await OpenConsole.open(served, { viewport: { width: 1200, height: 720 }, deviceScaleFactor: 1.5 });
const { page } = opened;

for (const start of STARTS) await opened.start(...start);
await opened.go("#/executions?status=RUNNING");
await page.getByText("No execution matches.").waitFor({ timeout: 60_000 });
await opened.start("callback-job", { message: "monthly accounts", processingTime: 600 }, "monthly-accounts");
const subject = await opened.start("poll-job", { message: "yearly accounts", processingTime: 600 }, "yearly-accounts");

await picture("executions", "#/executions");
await picture("home", "#/");
await opened.go(subject);
// It waits for the event of its stop, and for its next poll.
await page.getByRole("button", { name: /^await-stop/ }).waitFor();
await page.getByRole("button", { name: /^ECS task/ }).click();
await picture("execution", undefined);

await opened.close();
await served.stop();

/** @param hash where in the page; where it is when absent */
async function picture(name: string, hash: string | undefined): Promise<void> {
  if (hash !== undefined) await opened.go(hash);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.waitForTimeout(SETTLED_MS);
    await page.screenshot({ path: join(IMAGES, `${name}-${colorScheme}.png`) });
  }
}
