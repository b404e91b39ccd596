import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ownValue } from '../../src/collections/own-value.ts';
import { asFields } from '../../src/io/outside-fields.ts';
import { readJson } from '../../src/io/outside-json.ts';
import { runTool, type ToolRequest, type ToolResult } from '../process.ts';

/** What a script says about itself, beside the log of the library that it drives. */
export interface ScriptEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

const eventMark = 'rcc: ';

/** An event line, or undefined for a line of the log. */
export function parseEvent(line: string): ScriptEvent | undefined {
  if (!line.startsWith(eventMark)) return undefined;
  const fields = asFields(readJson(line.slice(eventMark.length)).value);
  return fields && typeof fields.event === 'string' ? (fields as ScriptEvent) : undefined;
}

export interface ScriptRun {
  readonly result: ToolResult;
  /** In order; the first few, so that a faulty script cannot fill the memory. */
  readonly events: readonly ScriptEvent[];
  /** The first lines of the log that tell of errors. */
  readonly errors: readonly string[];
}

const keptEvents = 64;
const keptErrors = 8;

export interface ScriptRequest
  extends Pick<ToolRequest, 'timeoutMs' | 'signal' | 'logPath' | 'graceMs'> {
  readonly python: string;
  readonly script: URL;
  readonly args: readonly string[];
  onEvent?(event: ScriptEvent): void;
  /** Is given what the script reads; absent: it reads nothing. */
  onStart?(stdin: Writable): void;
}

/** Runs a script of ours to its end, whatever that is. */
export async function runScript(request: ScriptRequest): Promise<ScriptRun> {
  const { python, script, args, onEvent, ...options } = request;
  const events: ScriptEvent[] = [];
  const errors: string[] = [];
  const result = await runTool({
    ...options,
    command: [python, fileURLToPath(script), ...args],
    // The log goes through a pipe, where Python would hold lines back.
    env: { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    onLine: (line) => {
      if (/^\[[EF]\] /.test(line) && errors.length < keptErrors) errors.push(line);
      const event = parseEvent(line);
      if (!event) return;
      if (events.length < keptEvents) events.push(event);
      onEvent?.(event);
    },
  });
  return { result, events, errors };
}

/** A field of the first event of that name, where it is a string. */
export function eventText(
  run: Pick<ScriptRun, 'events'>,
  name: string,
  field: string,
): string | undefined {
  const found = run.events.find(({ event }) => event === name);
  const value = found && ownValue(found, field);
  return typeof value === 'string' ? value : undefined;
}
