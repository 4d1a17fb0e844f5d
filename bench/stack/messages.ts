import type { RunningStack } from "../../local/stack.ts";

export interface HostRequest {
  readonly projectFolder: string;
  readonly stack: string;
  readonly dataFolder: string;
  readonly speed: number;
  /** Whether saved changes of the program are put into effect. */
  readonly watch?: boolean;
}

export type StackReady = Pick<RunningStack, "endpoint" | "region" | "credentials" | "outputs">;
