/** How many processes and connections the stack's file descriptors allow. */
export interface DescriptorShares {
  readonly environments: number;
  readonly tasks: number;
  readonly connections: number;
}

/** Of the stack's own files, event loops and listening sockets: 35 are open in an idle stack. */
const OWN = 64;
/** Two output pipes, the guard's pipe and the IPC channel; in its place a listening socket and a connection with the Runtime API. */
const OF_ENVIRONMENT = 5;
/** Two output pipes and the guard's pipe. */
const OF_TASK = 3;

/** Gives environments, tasks and connections a third each of what is left beside the stack's own descriptors. */
export function shareDescriptors(limit: number): DescriptorShares {
  const third = Math.max(0, limit - OWN) / 3;
  return {
    environments: Math.max(2, Math.floor(third / OF_ENVIRONMENT)),
    tasks: Math.max(1, Math.floor(third / OF_TASK)),
    connections: Math.max(16, Math.floor(third)),
  };
}

/** How many descriptors this process may have open (`ulimit -n`). Node raises the soft limit to the hard one when it starts. */
export function descriptorLimit(): number {
  // Node's types leave out the switch, which spares the report a look-up of the machine's name, and the report's content.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  // "unlimited" where it is; on Windows there is no such limit.
  const limit = Number(userLimits?.open_files?.soft);
  return Number.isNaN(limit) ? Infinity : limit;
}
