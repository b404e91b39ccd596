/** `[MM/DD/YYYY-HH:MM:SS] [W] [TRT] text`, wherever it begins: containers and schedulers put their own words in front. */
const mark = /\[\d\d\/\d\d\/\d{4}-\d\d:\d\d:\d\d\] \[([FEWIV])\] ?(\[TRT\] ?)?/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told colours by control characters.
const colour = /\u001b\[[0-9;]*[A-Za-z]/g;
const longest = 8192;

export interface LogMessage {
  /** Absent for what carries no mark: help, `&&&&` lines, CUDA failures, further lines of a message. */
  readonly severity: 'F' | 'E' | 'W' | 'I' | 'V' | undefined;
  readonly text: string;
}

/**
 * The messages of one line of output: usually one; more where two writers got into the same line.
 * What stood before a mark is a message of its own only if it could be one.
 */
export function splitLine(line: string): LogMessage[] {
  const plain = line.slice(0, longest).replaceAll(colour, '').trimEnd();
  const marks = [...plain.matchAll(mark)];
  if (marks.length === 0) return [{ severity: undefined, text: plain }];
  const before = plain.slice(0, marks[0]?.index).trim();
  const messages = marks.map((found, i): LogMessage => {
    const end = marks[i + 1]?.index ?? plain.length;
    const severity = found[1] as LogMessage['severity'];
    return { severity, text: plain.slice(found.index + found[0].length, end).trimEnd() };
  });
  return before.includes('&&&&') ? [{ severity: undefined, text: before }, ...messages] : messages;
}
