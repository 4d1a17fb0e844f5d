import type * as z from "zod";
import type { Clock } from "../clock.ts";
import type { StackDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import { parseInput } from "../gateway/input.ts";
import type { Identity } from "../identity.ts";
import type { Store } from "../store/store.ts";
import { invalid } from "./attribute-value.ts";
import { batchGetInput, batchGetItem, batchWriteInput, batchWriteItem } from "./batches.ts";
import { describeTable, describeTimeToLive, listTables, listTablesInput, tableInput } from "./descriptions.ts";
import { getInput, getItem, query, queryInput, scan, scanInput } from "./reads.ts";
import { Tables } from "./tables.ts";
import { deleteInput, deleteItem, putInput, putItem, updateInput, updateItem } from "./writes.ts";

/** Parameters of the API's first years, which expressions have replaced (Developer Guide, "Legacy conditional parameters"). */
const LEGACY = ["AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected", "KeyConditions", "QueryFilter", "ScanFilter"];

type Operation = (tables: Tables, input: object) => object;

/** The declared tables, in the store. */
export class DynamoDb {
  readonly identity: Identity;
  readonly #store: Store;
  readonly #clock: Pick<Clock, "now">;
  readonly #tables: Tables;

  constructor(options: { store: Store; clock: Pick<Clock, "now">; identity: Identity }) {
    this.identity = options.identity;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#tables = new Tables(options.store);
  }

  get tableNames(): readonly string[] {
    return this.#tables.names();
  }

  apply(declaration: Pick<StackDeclaration, "tables">): void {
    this.#tables.apply(declaration, this.#clock.now());
  }

  has(operation: string): boolean {
    return Object.hasOwn(OPERATIONS, operation);
  }

  /**
   * Executes one operation in this turn's transaction; one that fails has changed nothing.
   *
   * @throws AwsError UnknownOperationException, ValidationException, ConditionalCheckFailedException and others of the API
   */
  execute(name: string, input: object): object {
    const operation = this.has(name) ? OPERATIONS[name] : undefined;
    if (operation === undefined) throw new AwsError("UnknownOperationException", `The local stack does not implement dynamodb:${name || "?"}.`);
    const legacy = LEGACY.find((parameter) => (Reflect.get(input, parameter) ?? undefined) !== undefined);
    if (legacy !== undefined) throw invalid(`The local stack does not implement the legacy parameter ${legacy}: use expressions.`);
    return /^(Get|Query|Scan|BatchGet|List|Describe)/.test(name) ? operation(this.#tables, input) : this.#store.write(() => operation(this.#tables, input));
  }
}

function operation<Input>(schema: z.ZodType<Input>, execute: (tables: Tables, input: Input) => object): Operation {
  return (tables, input) => execute(tables, parseInput(schema, input));
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  BatchGetItem: operation(batchGetInput, batchGetItem),
  BatchWriteItem: operation(batchWriteInput, batchWriteItem),
  DeleteItem: operation(deleteInput, deleteItem),
  DescribeTable: operation(tableInput, describeTable),
  DescribeTimeToLive: operation(tableInput, describeTimeToLive),
  GetItem: operation(getInput, getItem),
  ListTables: operation(listTablesInput, listTables),
  PutItem: operation(putInput, putItem),
  Query: operation(queryInput, query),
  Scan: operation(scanInput, scan),
  UpdateItem: operation(updateInput, updateItem),
};
