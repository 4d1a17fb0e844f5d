import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/** Notes each module that this process loads from now on. @returns absolute paths of those outside of packages */
export function noteModules(): ReadonlySet<string> {
  const modules = new Set<string>();
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (resolved.url.startsWith("file:") && !resolved.url.includes("/node_modules/")) modules.add(fileURLToPath(resolved.url));
      return resolved;
    },
  });
  return modules;
}
