import { DURABLE_INSTRUMENTATION_PLUGIN_API_VERSION, type AttemptInfo, type DurableInstrumentationPlugin, type DurableInstrumentationPluginProvider } from "@aws/durable-execution-sdk-js";
import { place, type SimulatedProcess } from "./simulated.ts";

/** A process that schedules the attempts of its steps. */
export interface ScheduledProcess extends SimulatedProcess {
  /** The handler has been called with this plugin loaded. */
  started(): void;
  /** Runs an attempt when its turn comes. */
  attempt(attempt: AttemptInfo, run: () => unknown): unknown;
}

/** Tells the simulation which step runs, and lets it decide when. */
class StepScheduling implements DurableInstrumentationPlugin {
  async onInvocationStart(): Promise<void> {
    scheduledProcess()?.started();
  }

  wrapOperationAttemptFn(attempt: AttemptInfo, run: () => unknown): unknown {
    const process = scheduledProcess();
    return process === undefined ? run() : process.attempt(attempt, run);
  }
}

function scheduledProcess(): ScheduledProcess | undefined {
  // Every process of a simulation is one.
  return place.getStore()?.process as ScheduledProcess | undefined;
}

/** The SDK loads it by this name. */
export const durableExecutionPluginProvider: DurableInstrumentationPluginProvider = {
  pluginApiVersion: DURABLE_INSTRUMENTATION_PLUGIN_API_VERSION,
  pluginType: StepScheduling,
  createPlugin: () => new StepScheduling(),
};

const VARIABLE = "DURABLE_EXECUTION_PLUGINS";

/** Creates a handler that has the plugin, as the SDK reads its plugins from the environment while it wraps a handler. */
export function withPlugin<Handler>(createHandler: () => Handler): Handler {
  const before = process.env[VARIABLE];
  process.env[VARIABLE] = [before, import.meta.url].filter(Boolean).join(",");
  try {
    return createHandler();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, VARIABLE);
    else process.env[VARIABLE] = before;
  }
}
