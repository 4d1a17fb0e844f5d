// Preloaded by npm start: keeps the compiled code of the stack, its types already stripped, between starts. Plain
// JavaScript, so that the part of Node that strips types need not be loaded for it; the cached rest then never needs it.
import { enableCompileCache, flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../.build/compile-cache", import.meta.url));
enableCompileCache(folder);
// Node writes it at the end of the process, which a kill would take away.
setTimeout(flushCompileCache, 15_000).unref();
// For the child process that evaluates the program.
process.env.NODE_COMPILE_CACHE = folder;
