/** Progress for a person at a terminal: one line on standard error that is written anew. */

export interface ProgressLine {
  readonly show: (text: string) => void;
  /** Removes the line. */
  readonly end: () => void;
}

const everyMs = 100;
const width = 78;

/** Shows nothing where standard error is no terminal, such as in a schedule. */
export function openProgress(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  let shownAt = -Infinity;
  const write = (text: string): void => {
    if (stream.isTTY) stream.write(`\r${text.slice(0, width).padEnd(width)}`);
  };
  return {
    show: (text) => {
      if (performance.now() - shownAt < everyMs) return;
      shownAt = performance.now();
      write(text);
    },
    end: () => {
      if (shownAt > -Infinity) write('');
      if (shownAt > -Infinity && stream.isTTY) stream.write('\r');
    },
  };
}
