/** An instruction of a Dockerfile that the local stack does not carry out. */
export interface NotExecuted {
  /** `Dockerfile:4`. */
  readonly origin: string;
  /** As written, on one line. */
  readonly instruction: string;
  /** Why, where that is not obvious; or what this machine must have instead. */
  readonly remark?: string;
}

/** Package managers and the words that precede the packages they install. */
const INSTALLERS = /\b(?:apk(?:\s+-\S+)*\s+add|apt(?:-get)?(?:\s+-\S+)*\s+install|(?:micro)?dnf(?:\s+-\S+)*\s+install|yum(?:\s+-\S+)*\s+install|npm(?:\s+-\S+)*\s+(?:install|i)|pip3?(?:\s+-\S+)*\s+install)\s+([^&|;\n]+)/g;

/** @returns packages that a RUN installs by name, without versions: most are named after their command */
export function installedPackages(script: string): string[] {
  const found = [...script.matchAll(INSTALLERS)].flatMap(([, words = ""]) => words.trim().split(/\s+/));
  const names = found.filter((word) => /^@?[a-z0-9][\w.+/-]*([=~<>@].*)?$/i.test(word) && !word.startsWith("./")).map((word) => word.replace(/(.)[=~<>@].*$/, "$1"));
  return [...new Set(names)];
}

/** Describes a RUN. @param script its command line, as written */
export function notRun(origin: string, script: string): NotExecuted {
  const command = oneLine(script);
  const packages = installedPackages(command);
  const names = packages.map((name) => `\`${name}\``).join(", ");
  return { origin, instruction: `RUN ${command}`, ...(packages.length > 0 && { remark: `${names} must exist on this machine` }) };
}

/** Line continuations and repeated white space are layout. */
export function oneLine(text: string): string {
  return text.replace(/\\\s*\n/g, " ").replace(/\s+/g, " ").trim();
}

/** One line of text for each instruction. */
export function describeNotExecuted({ origin, instruction, remark }: NotExecuted): string {
  const shown = instruction.length > LONGEST ? `${instruction.slice(0, LONGEST)}…` : instruction;
  return `${origin}: ${shown}${remark === undefined ? "" : `; ${remark}`}`;
}

const LONGEST = 160;
