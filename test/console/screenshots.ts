/** Pictures of the console for the README, made from the real page: `npm run screenshots` writes docs/images/*.png. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { startStack } from "../../local/stack.ts";
import { hasBrowser, launchBrowser, NO_BROWSER } from "./browser.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const IMAGES = join(PROJECT, "docs/images");
const SETTLED_MS = 700;

/** What has run when the pictures are taken: workflow and payload. */
const STARTS: readonly (readonly [string, unknown])[] = [
  ["math", { num1: 10, num2: 5 }],
  ["poll-job", { message: "hello", processingTime: 1 }],
  ["math", { num1: 1, num2: 0 }],
  ["callback-job", { message: "invoice 4711", processingTime: 1, fail: { exitCode: 4, error: "out of paper" } }],
  ["dispatch-job", { message: "invoice 4712", processingTime: 1 }],
  ["report", {}],
  ["poll-job", { message: "hello", processingTime: 0, fail: { exitCode: 3 } }],
  ["create-reminder", { key: "renew-the-contract", at: "2040-01-31T09:00:00", timeZone: "Europe/Berlin", payload: { contract: 12 } }],
];
const SUBJECT = ["callback-job", { message: "yearly accounts", processingTime: 600 }] as const;

if (!hasBrowser) throw new Error(NO_BROWSER);
mkdirSync(IMAGES, { recursive: true });
const data = mkdtempSync(join(tmpdir(), "screenshots-"));
const stack = await startStack({
  projectFolder: PROJECT,
  stack: "dev",
  dataFolder: data,
  port: 0,
  speed: 1,
  onFatal(error) {
    throw error;
  },
});
const browser = await launchBrowser();
const page = await browser.newPage({ viewport: { width: 1200, height: 720 }, deviceScaleFactor: 1.5 });
await page.goto(stack.consoleUrl);
const origin = new URL(stack.consoleUrl).origin;

for (const [workflow, payload] of STARTS) await start(page, workflow, payload);
await page.goto(`${origin}/#/executions?status=RUNNING`);
await page.getByText("No execution matches.").waitFor({ timeout: 60_000 });
await start(page, ...SUBJECT);
const subject = page.url();

await picture("executions", "#/executions");
await picture("home", "#/");
await page.goto(subject);
await page.getByRole("button", { name: /ECS task/ }).click();
await picture("execution", undefined);

await browser.close();
await stack.stop();
rmSync(data, { recursive: true });

async function start(tab: Page, workflow: string, payload: unknown): Promise<void> {
  await tab.goto(`${origin}/#/start/${workflow}`);
  await tab.getByRole("button", { name: `Start ${workflow}` }).waitFor();
  await tab.getByLabel("Payload", { exact: true }).fill(JSON.stringify(payload));
  await tab.getByRole("button", { name: `Start ${workflow}` }).click();
  await tab.getByRole("heading", { level: 1, name: new RegExp(`^${workflow}`) }).waitFor();
}

async function picture(name: string, hash: string | undefined): Promise<void> {
  if (hash !== undefined) await page.goto(`${origin}/${hash}`);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.waitForTimeout(SETTLED_MS);
    await page.screenshot({ path: join(IMAGES, `${name}-${colorScheme}.png`) });
  }
}
