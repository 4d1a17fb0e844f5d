import type { RunningStack } from "../../local/stack.ts";

export interface HostRequest {
  readonly projectFolder: string;
  readonly stack: string;
  readonly dataFolder: string;
  readonly speed: number;
}

export type StackReady = Pick<RunningStack, "endpoint" | "region" | "credentials" | "outputs">;
