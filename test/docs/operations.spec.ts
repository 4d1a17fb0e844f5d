import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { ALARM_KINDS } from "../../infra/observability/alarms.ts";
import { WORKFLOWS } from "../../infra/workflows.ts";
import { evaluateProgram } from "../infra/mocks.ts";

const PROJECT = join(import.meta.dirname, "../..");
const DOCS = ["make-it-yours.md", "first-deployment.md", "operations.md", "security.md", "cost.md", "scaling.md"];

/** GitHub's anchors of a page's headings. */
function anchors(page: string): Set<string> {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(headings.map((heading) => heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")));
}

const page = (name: string) => readFile(join(PROJECT, "docs", name), "utf8");

describe("The documents for operators", () => {
  it("have a section for every kind of alarm, under the anchor that its message names", async () => {
    const found = anchors(await page("operations.md"));
    assert.deepEqual(ALARM_KINDS.filter((kind) => !found.has(kind)), []);
  });

  it("give the number of alarms and of the metrics that are paid for as the program has them", async () => {
    const { resources } = await evaluateProgram("prod");
    const alarms = resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
    const metrics = alarms.flatMap(({ inputs }) => {
      const queries = z.array(z.object({ metric: z.unknown().optional() })).optional().parse(inputs["metricQueries"]);
      return queries === undefined ? [inputs] : queries.filter(({ metric }) => metric !== undefined);
    });
    const cost = await page("cost.md");
    const [ofAlarms = 0, ofMetrics = 0, ofWorkflows = 0] = (/alarms \((\d+), over (\d+) metrics.*, for (\d+) workflows/.exec(cost) ?? []).slice(1).map(Number);
    const ofEach = Number(/Each further workflow adds (\d+) metrics, and one more if it has a schedule/.exec(cost)?.[1]);
    const workflows = Object.values(WORKFLOWS).filter(({ durable }) => durable !== false);
    // One of those that are counted has a schedule: the report.
    const schedules = workflows.filter(({ schedule }) => schedule !== undefined).length - 1;
    assert.equal(metrics.length, ofMetrics + ofEach * (workflows.length - ofWorkflows) + schedules);
    assert.ok(workflows.length > ofWorkflows ? alarms.length >= ofAlarms : alarms.length === ofAlarms, `${alarms.length} alarms`);
  });

  it("link to pages and sections that are there", async () => {
    const broken: string[] = [];
    for (const name of DOCS) {
      for (const [, target = ""] of (await page(name)).matchAll(/\]\(([^)\s]+)\)/g)) {
        const [file = "", anchor] = target.split("#");
        const linked = file === "" ? name : file;
        if (!existsSync(join(PROJECT, "docs", linked))) broken.push(`${name}: ${target}`);
        else if (anchor !== undefined && !anchors(await page(linked)).has(anchor)) broken.push(`${name}: ${target}`);
      }
    }
    assert.deepEqual(broken, []);
  });

  it("name outputs that the program has", async () => {
    const { outputs } = await evaluateProgram("dev");
    const used = new Set([...(await page("operations.md")).matchAll(/\$\(out (\w+)\)/g)].map(([, output = ""]) => output));
    assert.ok(used.size > 5);
    const missing = [...used].filter((output) => !(output in outputs));
    assert.deepEqual(missing, []);
  });

  it("hold shell that bash can read", async () => {
    for (const name of DOCS) {
      for (const [, script = ""] of (await page(name)).matchAll(/^ *```bash\n([\s\S]*?)^ *```/gm)) {
        const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
        assert.equal(status, 0, `${name}: ${stderr}\n${script}`);
      }
    }
  });
});
