import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runTool, type ToolResult } from '../../engines/process.ts';
import { explainFailure } from '../../engines/tensorrt/logs/failure.ts';
import { TrtexecLogParser } from '../../engines/tensorrt/logs/parse-log.ts';
import type { TensorrtMachine } from '../../engines/tensorrt/machine/machine.ts';
import { toolCommand } from '../../engines/tool-command.ts';
import type { Outcome, PreparedFile, Row } from './row.ts';

export interface Place {
  readonly machine: TensorrtMachine;
  /** Folder of all rows. */
  readonly work: string;
  readonly signal: AbortSignal;
}

const root = new URL('../../', import.meta.url).pathname;
const rcc = [process.execPath, '--import', 'tsx', join(root, 'src/cli/main.ts')] as const;
const defaultLimitS = 300;
const mostLines = 20_000;
const cutBytes = 1024;

/** Puts the row's places into a text. */
function fill(text: string, row: Row, { work, machine }: Place): string {
  const major = machine.release.version.split('.', 1)[0] ?? '';
  return text
    .replaceAll('{here}', join(work, row.name))
    .replaceAll('{work}', work)
    .replaceAll('{major}', major)
    .replaceAll('{trtexec}', machine.tool.command[0]);
}

async function prepare(file: PreparedFile, row: Row, place: Place): Promise<void> {
  const path = join(place.work, fill(file.path, row, place));
  await mkdir(dirname(path), { recursive: true });
  const whole = file.cutFrom && readFileSync(join(place.work, file.cutFrom));
  const contents = whole ? whole.subarray(0, cutBytes) : fill(file.text ?? '', row, place);
  await writeFile(path, contents, { mode: file.isProgram ? 0o755 : 0o644 });
}

function commandOf(row: Row, place: Place): readonly [string, ...string[]] {
  const args = row.args.map((argument) => fill(argument, row, place));
  return row.program === 'rcc'
    ? [...rcc, ...args]
    : toolCommand(place.machine.tool, args, place.work);
}

function envOf(row: Row, place: Place): Record<string, string> {
  const own = Object.entries(row.env ?? {}).map(([name, text]) => [name, fill(text, row, place)]);
  // A cache of its own makes the first build a first one.
  return { RCC_CACHE_DIR: join(place.work, 'cache'), ...Object.fromEntries(own) };
}

function codeOf(row: Row, result: ToolResult, parser: TrtexecLogParser): string | undefined {
  if (row.program !== 'trtexec' || result.exitCode === 0) return undefined;
  const timeoutS = row.limitS ?? defaultLimitS;
  return explainFailure({ result, report: parser.report(), engine: '', timeoutS }).code;
}

function interruption({ interruptAfterMs }: Row, signal: AbortSignal) {
  if (interruptAfterMs === undefined) return { signal, end: () => {} };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), interruptAfterMs);
  const end = () => clearTimeout(timer);
  return { signal: AbortSignal.any([signal, controller.signal]), end };
}

const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Runs a row to its end, whatever that is. */
export async function runRow(row: Row, place: Place): Promise<Outcome> {
  const here = join(place.work, row.name);
  if (row.program === 'trtexec') await mkdir(here, { recursive: true });
  for (const file of row.files ?? []) await prepare(file, row, place);
  const parser = new TrtexecLogParser();
  const lines: string[] = [];
  const { signal, end } = interruption(row, place.signal);
  const result = await runTool({
    command: commandOf(row, place),
    cwd: root,
    env: envOf(row, place),
    timeoutMs: (row.limitS ?? defaultLimitS) * 1000,
    signal,
    onLine(line, stream) {
      parser.push(line, stream);
      if (lines.length < mostLines) lines.push(line);
    },
  }).finally(end);
  return {
    exitCode: result.exitCode,
    output: lines.join('\n'),
    code: codeOf(row, result, parser),
    files: filesIn(here),
    read: (name) => {
      const path = join(place.work, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    },
  };
}
