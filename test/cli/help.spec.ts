import assert from "node:assert/strict";
import { runCommand } from "./terminal.ts";

const COMMANDS: readonly (readonly string[])[] = [
  [], ["list"], ["show"], ["logs"], ["start"], ["wait"], ["rerun"], ["stop"], ["callback"], ["callback", "list"], ["callback", "success"], ["callback", "failure"], ["callback", "heartbeat"],
  ["schedules"], ["reminders"], ["reminders", "create"], ["reminders", "delete"], ["tasks"], ["tasks", "list"], ["tasks", "stop"], ["dead-letters"], ["dead-letters", "list"],
  ["dead-letters", "show"], ["dead-letters", "redrive"], ["functions"], ["clock"], ["clock", "show"], ["clock", "speed"], ["clock", "skip"],
];

describe("wf --help", () => {
  it("explains every command, with an example of it, in the width of the terminal", async () => {
    for (const command of COMMANDS) {
      const { code, out, err } = await runCommand([...command, "--help"], { columns: 100 });
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, new RegExp(`^Usage: ${["wf", ...command].join(" ")}`));
      assert.match(out, new RegExp(`\nExamples:\n(  .*\n)*  .*${["wf", ...command].join(" ")}`));
    }
  });

  it("offers JSON, and every stack, with every command that does something", async () => {
    for (const command of COMMANDS) {
      const { out } = await runCommand([...command, "--help"]);
      const isGroup = out.includes("\nCommands:\n");
      for (const option of ["--json", "--stack <name>", "--data <folder>", "--deployed"]) assert.equal(out.includes(`\n  ${option} `), !isGroup, `wf ${command.join(" ")}: ${option}`);
    }
  });

  it("lists every command that there is", async () => {
    const { out } = await runCommand(["--help"]);
    const listed = [...out.matchAll(/^ {2}([a-z-]+)(?: \[options\]| {2,})/gm)].map(([, name]) => name);
    assert.deepEqual(listed, [...new Set(COMMANDS.flatMap(([name]) => name ?? []))]);
  });

  it("documents the exit codes", async () => {
    const { out } = await runCommand(["--help"]);
    assert.match(out, /Exit codes: 0 .*1 .*2 usage; 3 not found;\n4 .*124 .*130 interrupted/);
  });

  it("is pointed at by a mistake, which ends with 2 and says nothing on standard output", async () => {
    for (const words of [["nope"], ["list", "--nope"], ["show"], ["show", "a", "b"], ["list", "--since", "yesterday"], ["list", "--status", "sleeping"], ["start", "math", "{}", "--name", "a b"], ["wait", "a", "--timeout", "soon"], ["tasks", "nope"], ["callback", "nope"], ["reminders", "nope"]]) {
      const { code, out, err } = await runCommand(words);
      assert.deepEqual([code, out], [2, ""], words.join(" "));
      assert.match(err, /^error: .*\n\(--help shows/, words.join(" "));
    }
    const { err } = await runCommand(["tasks", "27af766b1d40"]);
    assert.match(err, /^error: unknown command '27af766b1d40': there are list, stop\n/);
  });
});
