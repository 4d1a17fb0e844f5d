import "../operator/node-version.js";
import { join } from "node:path";
import { processTerminal } from "../cli/terminal.ts";
import { runDoctor } from "./program.ts";

process.exitCode = await runDoctor(process.argv.slice(2), processTerminal(), join(import.meta.dirname, ".."), process.env);
