/** CPU units of a Fargate task (1,024 are one vCPU). */
export const FARGATE_CPU = [256, 512, 1024, 2048, 4096, 8192, 16384] as const;
export type FargateCpu = (typeof FARGATE_CPU)[number];

/** Memory in MiB that Fargate offers for each CPU size: from, to, step. The smallest size has a choice of its own. */
const MEMORY = {
  512: { from: 1024, to: 4096, step: 1024 },
  1024: { from: 2048, to: 8192, step: 1024 },
  2048: { from: 4096, to: 16384, step: 1024 },
  4096: { from: 8192, to: 30720, step: 1024 },
  8192: { from: 16384, to: 61440, step: 4096 },
  16384: { from: 32768, to: 122880, step: 8192 },
} as const satisfies Record<Exclude<FargateCpu, 256>, { from: number; to: number; step: number }>;

/** What is wrong with a pair of CPU units and memory in MiB, or undefined if Fargate offers it. */
export function fargateSizeFault(cpu: FargateCpu, memory: number): string | undefined {
  if (cpu === 256) return [512, 1024, 2048].includes(memory) ? undefined : "with jobCpu 256 use 512, 1024 or 2048";
  const { from, to, step } = MEMORY[cpu];
  const offered = memory >= from && memory <= to && (memory - from) % step === 0;
  return offered ? undefined : `with jobCpu ${cpu} use ${from} to ${to} in steps of ${step}`;
}
