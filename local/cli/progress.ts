/** What is shown at once is gone before it can be read. */
const FIRST_MS = 1_000;
const INTERVAL_MS = 1_000;

/**
 * Says on a terminal that something takes its time, with the seconds so far on one line that disappears at the end; nothing
 * where output is not for a person to watch.
 */
export async function withProgress<T>(text: string, stream: NodeJS.WriteStream, work: Promise<T>): Promise<T> {
  if (!stream.isTTY) return work;
  const began = performance.now();
  const show = () => stream.write(`\r\u001B[2K${text} ${Math.round((performance.now() - began) / 1000)} s`);
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    show();
    repeat = setInterval(show, INTERVAL_MS);
  }, FIRST_MS);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(repeat);
    if (performance.now() - began >= FIRST_MS) stream.write("\r\u001B[2K");
  }
}
