import { useEffect, useMemo, useState } from "preact/hooks";
import type { ExecutionView } from "../../operator/page/execution-api.ts";
import { executionIdOf } from "../format.ts";
import { useRead } from "../hooks.ts";
import { rowsOf } from "./rows.ts";

/** Executions that the one shown has started itself are open from the start, unless there are more of them. */
const OPEN_FROM_THE_START = 8;

/**
 * The rows of an execution's timeline with the executions that it has started.
 *
 * @returns `readers` keep the nested executions up to date, and must be rendered
 */
export function useRows(execution: ExecutionView) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [children, setChildren] = useState<ReadonlyMap<string, ExecutionView>>(new Map());
  const few = execution.operations.filter(({ executionArn }) => executionArn !== undefined).length <= OPEN_FROM_THE_START;
  const rows = useMemo(
    () => rowsOf(execution, children, (arn, depth) => (few && depth === 0) !== toggled.has(arn)),
    [execution, children, toggled, few],
  );
  const toggle = (arn: string) =>
    setToggled((before) => {
      const after = new Set(before);
      if (!after.delete(arn)) after.add(arn);
      return after;
    });
  const took = (arn: string, view: ExecutionView) => setChildren((before) => new Map(before).set(arn, view));
  const readers = rows.flatMap(({ open, operation: { executionArn } }) =>
    open === true && executionArn !== undefined ? [<Reader key={executionArn} arn={executionArn} took={took} />] : [],
  );
  return { rows, toggle, readers };
}

function Reader({ arn, took }: { readonly arn: string; readonly took: (arn: string, view: ExecutionView) => void }) {
  const { data } = useRead("execution", { arn }, ["executions", "tasks"], executionIdOf(arn));
  useEffect(() => {
    if (data !== undefined) took(arn, data);
  }, [data]);
  return null;
}
