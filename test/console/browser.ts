import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian's package `chromium` puts it; `CHROMIUM` names another. */
const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export const hasBrowser = existsSync(EXECUTABLE);
export const NO_BROWSER = `skipped: no Chromium at ${EXECUTABLE} (Debian: apt-get install chromium; or set CHROMIUM)`;

/** A headless Chromium that asks nothing of the network. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
