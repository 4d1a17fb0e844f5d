import { superviseWork } from "../kit/main.ts";

await superviseWork(new URL("./work.mjs", import.meta.url), async () => (await import("./job.ts")).default);
