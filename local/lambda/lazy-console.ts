import { syncBuiltinESMExports } from "node:module";

/**
 * Makes a `new Console` for the standard streams when it is first used. The durable SDK makes one for each invocation, and
 * Node's constructor binds two dozen methods anew: a seventh of what an invocation without logs costs.
 */
export function lazyConsole(): void {
  // eslint-disable-next-line no-console -- replaced, not written to
  console.Console = new Proxy(console.Console, {
    construct(target, parameters: unknown[], newTarget: NewableFunction) {
      const make = (): object => Reflect.construct(target, parameters, newTarget) as object;
      return isForStandardStreams(parameters[0]) ? lazy(make) : make();
    },
  });
  // What `import { Console } from "node:console"` gives.
  syncBuiltinESMExports();
}

function isForStandardStreams(options: unknown): boolean {
  const { stdout, stderr } = (options ?? {}) as { stdout?: unknown; stderr?: unknown };
  return stdout === process.stdout && stderr === process.stderr;
}

/** Stands for what `make` gives, which is made at the first look at it. */
function lazy(make: () => object): object {
  let made: object | undefined;
  const real = (): object => (made ??= make());
  return new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(real(), key) as unknown,
      set: (_, key, value) => Reflect.set(real(), key, value),
      has: (_, key) => Reflect.has(real(), key),
      getPrototypeOf: () => Reflect.getPrototypeOf(real()),
    },
  );
}
