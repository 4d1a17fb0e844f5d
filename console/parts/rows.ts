import type { ExecutionView, Operation } from "../../operator/page/execution-api.ts";
import { inTreeOrder } from "./scale.ts";

/** A line of the timeline: an operation of the execution that is shown, or of one that it has started. */
export interface Row {
  /** Differs from all others of the timeline. */
  readonly key: string;
  /** The execution that the operation belongs to. */
  readonly execution: ExecutionView;
  readonly operation: Operation;
  readonly depth: number;
  /** Whether the execution that it started is shown below it; absent when it started none. */
  readonly open?: boolean;
}

/**
 * An execution's operations in the order of a tree, and below those that started another execution that one's, if open.
 *
 * @param children executions that have been read, by ARN
 */
export function rowsOf(execution: ExecutionView, children: ReadonlyMap<string, ExecutionView>, isOpen: (arn: string, depth: number) => boolean): Row[] {
  const rows: Row[] = [];
  const add = (owner: ExecutionView, depthOfOwner: number) => {
    for (const { operation, depth: own } of inTreeOrder(owner.operations)) {
      const depth = depthOfOwner + own;
      const key = owner === execution ? operation.id : `${owner.executionId}/${operation.id}`;
      const { executionArn } = operation;
      const open = executionArn === undefined ? undefined : isOpen(executionArn, depthOfOwner);
      rows.push({ key, execution: owner, operation, depth, open });
      const child = executionArn !== undefined && open === true ? children.get(executionArn) : undefined;
      if (child !== undefined) add(child, depth + 1);
    }
  };
  add(execution, 0);
  return rows;
}
