import { readFileSync, statSync } from "node:fs";
import { findPackageJSON, registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { moduleFiles } from "./entry-point.ts";

/**
 * Loads TypeScript as Pulumi's ts-node does: as CommonJS, with imports without extensions, enums and parameter properties. Types are
 * not checked. A package with `"type": "module"` is left to Node, which takes types that can be stripped and imports with extensions.
 */
export function loadTypeScript(): void {
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        const file = specifier.startsWith(".") && context.parentURL !== undefined ? localFile(specifier, context.parentURL) : undefined;
        if (file === undefined) throw error;
        return { url: pathToFileURL(file).href, shortCircuit: true };
      }
    },
    load(url, context, next) {
      if (!isCommonJsTypeScript(url)) return next(url, context);
      const file = fileURLToPath(url);
      const { code } = transformSync(readFileSync(file, "utf8"), { loader: "ts", format: "cjs", target: "node24", sourcemap: "inline", sourcefile: file });
      return { format: "commonjs", source: code, shortCircuit: true };
    },
  });
}

function isCommonJsTypeScript(url: string): boolean {
  if (!url.startsWith("file:") || url.includes("/node_modules/")) return false;
  if (url.endsWith(".cts")) return true;
  return url.endsWith(".ts") && !isModulePackage(url);
}

function isModulePackage(url: string): boolean {
  const file = findPackageJSON(url);
  return file !== undefined && (JSON.parse(readFileSync(file, "utf8")) as { type?: unknown }).type === "module";
}

function localFile(specifier: string, parent: string): string | undefined {
  const path = fileURLToPath(new URL(specifier, parent));
  return moduleFiles(path).find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
