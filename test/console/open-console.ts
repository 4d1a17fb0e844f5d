import * as assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { startStack, type RunningStack } from "../../local/stack.ts";
import { launchBrowser } from "./browser.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const END_MS = 30_000;

export interface ConsoleStack {
  readonly stack: RunningStack;
  readonly origin: string;
  readonly port: string;
  readonly token: string;
  /** Asks the console's API without the page. */
  readonly request: (path: string, body?: unknown) => Promise<Response>;
  /** Stops the stack, and starts it again at the same address. */
  readonly restart: (whileDown: () => Promise<void>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * A stack of its own with nothing in it.
 *
 * @param options.seed puts things into its data folder before it starts
 */
export async function startConsoleStack({ speed, seed }: { speed: number; seed?: (dataFolder: string) => void }): Promise<ConsoleStack> {
  const dataFolder = mkdtempSync(join(tmpdir(), "console-"));
  seed?.(dataFolder);
  const start = (port: number) => startStack({ projectFolder: PROJECT, stack: "dev", dataFolder, port, speed, onFatal: (error) => assert.fail(error) });
  const stack = await start(0);
  let running = stack;
  const { origin, port, searchParams } = new URL(stack.consoleUrl);
  const token = searchParams.get("token") ?? "";
  return {
    ...{ stack, origin, port, token },
    request: (path, body) =>
      fetch(`${origin}/console/api/${path}`, { headers: { "x-console-token": token }, ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }) }),
    async restart(whileDown) {
      await running.stop();
      await whileDown();
      running = await start(Number(port));
    },
    async stop() {
      await running.stop();
      rmSync(dataFolder, { recursive: true });
    },
  };
}

/** A console in a browser, as somebody sees it who has opened the printed address. */
export class OpenConsole {
  readonly page: Page;
  /** What the browser complained of, and requests to anywhere else. */
  readonly faults: string[] = [];
  readonly #origin: string;

  private constructor(page: Page, origin: string) {
    this.page = page;
    this.#origin = origin;
    page.setDefaultTimeout(END_MS);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.faults.push(message.text());
    });
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("request", (each) => {
      if (!each.url().startsWith(origin)) this.faults.push(`a request to ${each.url()}`);
    });
  }

  /** @param options of the page: size of the window in CSS pixels, and device pixels for each of them */
  static async open({ stack, origin }: Pick<ConsoleStack, "stack" | "origin">, options: BrowserContextOptions = { viewport: { width: 1280, height: 800 } }): Promise<OpenConsole> {
    const browser = await launchBrowser();
    const opened = new OpenConsole(await browser.newPage(options), origin);
    await opened.page.goto(stack.consoleUrl);
    await opened.heading("Home").waitFor();
    return opened;
  }

  async close(): Promise<void> {
    await this.page.context().browser()?.close();
  }

  /** @param hash such as `#/executions` */
  async go(hash: string): Promise<void> {
    await this.page.goto(`${this.#origin}/${hash}`);
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole("heading", { level: 1, name });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Status of the execution that is shown. */
  status(text: string): Locator {
    return this.page.locator(".facts .status", { hasText: text });
  }

  /** Starts an execution by the form, and shows it. @returns its place in the page */
  async start(workflow: string, payload?: unknown, name?: string): Promise<string> {
    await this.go(`#/start/${workflow}`);
    await this.button(`Start ${workflow}`).waitFor();
    if (payload !== undefined) await this.page.getByLabel("Payload", { exact: true }).fill(JSON.stringify(payload));
    if (name !== undefined) await this.page.getByLabel(/^Execution name/).fill(name);
    await this.button(`Start ${workflow}`).click();
    await this.heading(new RegExp(`^${workflow}`)).waitFor();
    return new URL(this.page.url()).hash;
  }

  /** The execution that is shown. */
  arn(): string {
    const [, arn = ""] = /^#\/execution\/([^?]+)/.exec(new URL(this.page.url()).hash) ?? [];
    return decodeURIComponent(arn);
  }

  /** What axe finds wrong with the page as it is. @param options of `axe.run` */
  async violations(options = ""): Promise<string[]> {
    if (!(await this.page.evaluate<boolean>("'axe' in window"))) await this.page.evaluate(readFileSync(join(PROJECT, "node_modules/axe-core/axe.min.js"), "utf8"));
    const found = await this.page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(`axe.run(${options})`);
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }
}
