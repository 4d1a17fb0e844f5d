import * as assert from "node:assert/strict";
import { hasBrowser, NO_BROWSER } from "./browser.ts";
import { type ConsoleStack, OpenConsole, startConsoleStack } from "./open-console.ts";

/**
 * Gives the suite that calls this a stack of its own and a browser on its console. The suite is skipped, and says so, where
 * there is no browser; a fault in the browser's console fails the test that it comes after.
 *
 * @param options of {@link startConsoleStack}
 */
export function useConsole(
  options: Parameters<typeof startConsoleStack>[0],
  ready: (used: { readonly served: ConsoleStack; readonly opened: OpenConsole }) => void,
): void {
  let served: ConsoleStack;
  let opened: OpenConsole;

  before(async function () {
    if (!hasBrowser) {
      process.stderr.write(`${NO_BROWSER}\n`);
      this.skip();
    }
    served = await startConsoleStack(options);
    opened = await OpenConsole.open(served);
    ready({ served, opened });
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
}
