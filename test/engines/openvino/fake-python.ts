import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** What an invented interpreter does: OpenVINO's package is played, rcc's own side is real. */
export interface PythonScenario {
  /** Lines for `--find`; default: the release that the tests know. */
  readonly find?: readonly string[];
  /** What it does with each request: prints these lines, in which ID is the request's; default: nothing. */
  readonly lines?: readonly string[];
  /** Then it ends itself by this signal, or with this status. */
  readonly signal?: string;
  readonly exitCode?: number;
  /** Starts a program that outlives it unless somebody ends it, and writes its id here. */
  readonly childFile?: string;
}

export const release = '2026.4.1';

export function event(name: string, fields: Readonly<Record<string, unknown>>): string {
  return `rcc: ${JSON.stringify({ event: name, ...fields })}`;
}

/** Writes an executable that plays the scenario, and its process id to `pid` beside it. */
export function fakePython(scenario: PythonScenario): string {
  const folder = temporaryFolder('openvino');
  const path = join(folder, 'python');
  const played = { find: [event('version', { version: release })], lines: [], ...scenario };
  const script = `#!/usr/bin/env node
const { writeFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const { spawn } = require('node:child_process');
const scenario = ${JSON.stringify(played)};
if (process.argv.includes('--find')) {
  for (const line of scenario.find) console.log(line);
  process.exit(scenario.find.some((line) => line.includes('missing')) ? 3 : 0);
}
writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid));
if (scenario.childFile) {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  writeFileSync(scenario.childFile, String(child.pid));
}
setInterval(() => {}, 1000);
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id } = JSON.parse(line);
  for (const text of scenario.lines) console.log(text.replace('"ID"', id));
  if (scenario.signal) process.kill(process.pid, scenario.signal);
  if (scenario.exitCode !== undefined) process.exit(scenario.exitCode);
}).on('close', () => process.exit(0));
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
