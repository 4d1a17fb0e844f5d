import { fileURLToPath, pathToFileURL } from "node:url";

/** The module that divides a Node process's timers by `LOCAL_CLOCK_SPEED`. Plain JavaScript, so that any Node can preload it. */
export const TIME_SCALE_PRELOAD = fileURLToPath(new URL("time-scale.mjs", import.meta.url));

/**
 * Environment variables that make a Node process's own timers run at the stack's speed; none when time is real.
 *
 * @param declared the process's own variables; its NODE_OPTIONS are kept
 */
export function timeScaleVariables(speed: number, declared: Readonly<Record<string, string>>): Record<string, string> {
  if (speed === 1) return {};
  const preload = `--import=${pathToFileURL(TIME_SCALE_PRELOAD).href}`;
  return {
    NODE_OPTIONS: declared.NODE_OPTIONS === undefined ? preload : `${preload} ${declared.NODE_OPTIONS}`,
    LOCAL_CLOCK_SPEED: String(speed),
  };
}
