import type { Command } from "commander";
import { countMessages, deadLetterQueues, findLetter, findQueue, letterShape, LOOKING_SECONDS, readQueue, redrive } from "../client/dead-letters.ts";
import { baseCommand, groupCommand, printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import { wholeNumber } from "../../operator/options.ts";
import type { Terminal } from "../terminal.ts";
import { clean } from "../text/clean.ts";
import { clockTime } from "../text/duration.ts";
import { table } from "../text/table.ts";

interface ShowOptions extends StackOptions {
  readonly limit: number;
}

const MOST_MESSAGES = 1_000;

export function deadLettersCommand(terminal: Terminal): Command {
  const examples = ["wf dead-letters", "wf dead-letters show ship-order", "wf dead-letters redrive ship-order"];
  const group = baseCommand(terminal, "dead-letters", "Shows events that failed for good, and sends them again.", examples);
  return groupCommand(group, listCommand(terminal), showCommand(terminal), redriveCommand(terminal));
}

function listCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "list", "Lists the dead-letter queues and how many messages each holds; this is what wf dead-letters alone does.", ["wf dead-letters list --json"]).action((options: StackOptions) =>
    withStack(options, async (stack) => {
      const queues = await Promise.all(deadLetterQueues(stack).map(async (queue) => ({ name: queue.name, url: queue.url, messages: await countMessages(stack, queue) })));
      if (options.json === true) { printJson(terminal, { queues }); return; }
      const rows = queues.map(({ name, messages, url }) => [{ text: String(messages), format: messages > 0 ? ("red" as const) : ("dim" as const) }, name, url]);
      terminal.out(table(terminal, ["MESSAGES", "QUEUE", "URL"], rows));
    }),
  );
}

function showCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "show", `Shows the messages of a dead-letter queue. They stay there; others cannot read them for ${LOOKING_SECONDS} seconds.`, ["wf dead-letters show ship-order --json"])
    .argument("<queue>", "name as wf dead-letters list shows it, or the beginning of one")
    .option("-n, --limit <number>", "how many at most", wholeNumber(1, MOST_MESSAGES), 20)
    .action((reference: string, options: ShowOptions) =>
      withStack(options, async (stack) => {
        const queue = findQueue(stack, reference);
        const letters = await readQueue(stack, queue, options.limit);
        if (options.json === true) { printJson(terminal, { queue: queue.name, messages: letters.map(letterShape) }); return; }
        if (letters.length === 0) { terminal.err("No messages.\n"); return; }
        for (const { id, sentAt, attributes, text } of letters) {
          terminal.out(`${id}  ${terminal.style("dim", clockTime(sentAt, Date.now()))}\n`);
          for (const [name, value] of Object.entries(attributes)) terminal.out(`  ${terminal.style("dim", name)} ${clean(value)}\n`);
          terminal.out(`  ${clean(text)}\n`);
        }
      }),
    );
}

function redriveCommand(terminal: Terminal): Command {
  return stackCommand(
    terminal,
    "redrive",
    "Starts again what the messages of a dead-letter queue were meant to start, and deletes them. The execution is named after the message, so that none is started twice.",
    ["wf dead-letters redrive ship-order", "wf dead-letters redrive ship-order 0c0e8a52-5b0e-4b86-8d0c-0a6c4a6f1c1e"],
  )
    .argument("<queue>", "name as wf dead-letters list shows it, or the beginning of one")
    .argument("[message]", "id of one message, or the unique beginning of one; all when left out")
    .action((reference: string, message: string | undefined, options: StackOptions) =>
      withStack(options, async (stack) => {
        const queue = findQueue(stack, reference);
        const letters = await readQueue(stack, queue, MOST_MESSAGES);
        const chosen = message === undefined ? letters : [findLetter(letters, message)];
        const redriven = [];
        for (const letter of chosen) {
          const { target, arn } = await redrive(stack, queue, letter);
          redriven.push({ id: letter.id, target, arn });
          if (options.json !== true) terminal.out(`${letter.id}  ${arn ?? target}\n`);
        }
        if (options.json === true) { printJson(terminal, { redriven }); return; }
        if (redriven.length === 0) terminal.err("No messages.\n");
      }),
    );
}
