// Preloaded into processes of functions and jobs that are inspected: opens the inspector, reports it to the local stack, and leads the
// debugger to the source maps. Plain JavaScript, so that any Node can preload it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import inspector from "node:inspector";
import { registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const { LOCAL_INSPECT_REPORT_URL: reportUrl, LOCAL_INSPECT_PROJECT: project } = process.env;
// Of a job with the kit, the process that does the work is inspected and not its supervisor, which starts it with an IPC channel.
const isSupervisor = process.send === undefined && existsSync(join(dirname(process.argv[1] ?? ""), "work.mjs"));

if (reportUrl !== undefined && project !== undefined && !isSupervisor) {
  // Processes that this one starts are not inspected.
  delete process.env.LOCAL_INSPECT_REPORT_URL;
  delete process.env.LOCAL_INSPECT_PROJECT;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const comment = url.startsWith("file:") && loaded.source != null ? sourceMapComment(Buffer.from(loaded.source)) : undefined;
      return comment === undefined ? loaded : { ...loaded, source: Buffer.concat([Buffer.from(loaded.source), Buffer.from(comment)]) };
    },
  });
  inspector.open(0, "127.0.0.1");
  const { wait } = await (await fetch(`${reportUrl}?inspector=${encodeURIComponent(inspector.url() ?? "")}`)).json();
  if (wait) inspector.waitForDebugger();
}

/** @param {Buffer} source */
function sourceMapComment(source) {
  const file = join(project, ".build", "source-maps", `${createHash("sha256").update(source).digest("hex")}.map`);
  if (!existsSync(file)) return undefined;
  const map = JSON.parse(readFileSync(file, "utf8"));
  // A copy of the bundle runs, so that relative paths would lead elsewhere.
  const sources = map.sources.map((/** @type {string} */ path) => join(project, path.replace(/^(\.\.\/)+/, "")));
  const ofProject = (/** @type {string} */ path) => !path.includes("/node_modules/") && existsSync(path);
  const absolute = { ...map, sources: sources.map((path) => pathToFileURL(path).href), sourcesContent: sources.map((path) => (ofProject(path) ? readFileSync(path, "utf8") : null)) };
  return `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(absolute)).toString("base64")}\n`;
}
