import { streamFile } from '../../../src/io/open-file.ts';
import { LineSplitter } from '../../line-splitter.ts';
import { TrtexecLogParser } from './parse-log.ts';
import type { TrtexecReport } from './report.ts';

const tailLines = 20;

/** A log with its last lines, oldest first. */
export interface ReadLog {
  readonly report: TrtexecReport;
  readonly tail: readonly string[];
}

/** Reads a file that holds trtexec's output, both streams mixed. Throws DiagnosticError where it cannot be opened, else what the file system throws. */
export async function readLog(path: string): Promise<ReadLog> {
  const parser = new TrtexecLogParser();
  const splitter = new LineSplitter();
  let tail: readonly string[] = [];
  const take = (lines: readonly string[]): void => {
    for (const line of lines) parser.push(line);
    tail = [...tail, ...lines.slice(-tailLines)].slice(-tailLines);
  };
  for await (const bytes of streamFile(path, 'log')) take(splitter.push(bytes as Uint8Array));
  take(splitter.end());
  return { report: parser.report(), tail };
}
