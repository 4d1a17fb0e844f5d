/** One thing that only an AWS account can settle, and what was observed. */
export interface Answer {
  readonly question: string;
  /** One sentence, which begins with yes, no, or `not observed`. */
  readonly answer: string;
  /** What the answer rests on: figures, states, errors. */
  readonly evidence: readonly string[];
}

export type Observed = Omit<Answer, "question">;

/** @param observe may throw: what cannot be read is an answer, too */
export async function ask(question: string, observe: () => Promise<Observed>): Promise<Answer> {
  try {
    return { question, ...(await observe()) };
  } catch (error) {
    return { question, ...notObserved(error) };
  }
}

export function notObserved(error: unknown): Observed {
  const message = error instanceof Error ? `${error.name}: ${error.message.split("\n")[0] ?? ""}` : String(error);
  return { answer: `not observed: ${message}`, evidence: [] };
}

export function answerText({ question, answer, evidence }: Answer, number: number): string {
  return [`${number}. ${question}`, `   answer:   ${answer}`, ...evidence.map((line, index) => `   ${index === 0 ? "evidence:" : "         "} ${line}`), ""].join("\n");
}
