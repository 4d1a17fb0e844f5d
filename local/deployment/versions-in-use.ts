import type { FunctionVersion } from "../lambda/function-version.ts";
import type { EnvironmentPool } from "../lambda/pool.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Store } from "../store/store.ts";

export interface VersionUse {
  /** Versions that something will run on. */
  readonly used: readonly FunctionVersion[];
  readonly unused: readonly FunctionVersion[];
  /** Whether something other than the end of an execution can end a use. */
  readonly passing: boolean;
}

/** Which of the versions have open executions, or work that is queued or under way, or are the target of a schedule or event. */
export function versionsInUse(
  versions: readonly FunctionVersion[],
  { store, pool, scheduler }: { readonly store: Store; readonly pool: Pick<EnvironmentPool, "busy">; readonly scheduler: Pick<Scheduler, "list"> },
): VersionUse {
  if (versions.length === 0) return { used: [], unused: [], passing: false };
  const texts = (sql: string) => store.prepare(sql).all().map((row) => String(row.text));
  const open = new Set(texts("SELECT DISTINCT function_name || ':' || version AS text FROM durable_executions WHERE status IN ('RUNNING', 'PAUSING', 'PAUSED')"));
  const targets = new Set([
    ...texts("SELECT DISTINCT qualified_arn AS text FROM lambda_async_events"),
    ...texts("SELECT DISTINCT function_arn AS text FROM durable_function_invokes"),
    ...texts("SELECT DISTINCT target ->> 'arn' AS text FROM event_delivery"),
    ...scheduler.list().map(({ definition }) => definition.target.arn),
  ]);
  const busy = new Set(pool.busy().map(({ codeFolder }) => codeFolder));
  const isOpen = ({ functionName, version }: FunctionVersion) => open.has(`${functionName}:${version}`);
  const isTarget = ({ qualifiedArn, codeFolder }: FunctionVersion) => targets.has(qualifiedArn) || busy.has(codeFolder);
  const used = versions.filter((version) => isOpen(version) || isTarget(version));
  return { used, unused: versions.filter((version) => !used.includes(version)), passing: used.some((version) => !isOpen(version)) };
}
