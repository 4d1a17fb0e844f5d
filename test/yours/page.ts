import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A block of code of the page. */
export interface Snippet {
  readonly section: string;
  readonly language: string;
  /** Lines to type: without the comment that names the file, and without empty lines. */
  readonly lines: readonly string[];
  /** The file that the first line names, relative to the project; none for commands. */
  readonly file?: string;
  /** The whole block. */
  readonly text: string;
}

const HEADING_OR_BLOCK = /^## (?<heading>.+)$|^```(?<language>\w+)\n(?<text>[^]*?)^```$/gm;
const FILE = /^(?:#|\/\/) (\S+)$/;

/** The code of docs/make-it-yours.md, in order. */
export async function readPage(projectFolder: string): Promise<Snippet[]> {
  const page = await readFile(join(projectFolder, "docs/make-it-yours.md"), "utf8");
  let section = "";
  const snippets: Snippet[] = [];
  for (const { groups: { heading, language = "", text = "" } = {} } of page.matchAll(HEADING_OR_BLOCK)) {
    if (heading !== undefined) {
      section = heading;
      continue;
    }
    const [first = "", ...others] = text.split("\n");
    const file = FILE.exec(first)?.[1];
    const typed = file === undefined ? [first, ...others] : others;
    snippets.push({ section, language, file, text, lines: typed.filter((line) => line.trim() !== "") });
  }
  return snippets;
}
