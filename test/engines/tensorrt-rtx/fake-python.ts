import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** What an invented interpreter answers: NVIDIA's package is played, rcc's own side is real. */
export interface PythonScenario {
  /** Lines for `--version`; default: the release that the tests know. */
  readonly version?: readonly string[];
  /** Lines of a build, written before the engine. */
  readonly lines?: readonly string[];
  /** Size of the engine that is written; default 0: none. */
  readonly engineBytes?: number;
  readonly exitCode?: number;
  /** Stays for this long after its lines. */
  readonly staysMs?: number;
  /** Ends itself by this signal. */
  readonly signal?: string;
}

export const knownVersion = `rcc: ${JSON.stringify({
  event: 'version',
  version: '1.7.1.116',
  capabilities: ['12.0', '12.1', '7.5', '8.0', '8.6', '8.9'],
})}`;

export const builtEvent = `rcc: ${JSON.stringify({ event: 'built', bytes: 1024, parseSeconds: 0.1, buildSeconds: 0.5 })}`;

export function event(name: string, fields: Readonly<Record<string, unknown>>): string {
  return `rcc: ${JSON.stringify({ event: name, ...fields })}`;
}

/** Writes an executable that plays the scenario and keeps its arguments in `arguments.json` beside it. */
export function fakePython(scenario: PythonScenario): string {
  const folder = temporaryFolder('rtx');
  const path = join(folder, 'python');
  const script = `#!/usr/bin/env node
const { writeFileSync } = require('node:fs');
const scenario = ${JSON.stringify({ version: [knownVersion], lines: [], engineBytes: 0, exitCode: 0, ...scenario })};
const args = process.argv.slice(2);
writeFileSync(${JSON.stringify(join(folder, 'arguments.json'))}, JSON.stringify(args));
const asked = args.includes('--version');
for (const line of asked ? scenario.version : scenario.lines) console.log(line);
const engine = args[args.indexOf('--engine') + 1];
if (!asked && scenario.engineBytes > 0) writeFileSync(engine, Buffer.alloc(scenario.engineBytes, 7));
if (!asked && scenario.signal) process.kill(process.pid, scenario.signal);
setTimeout(() => process.exit(scenario.exitCode), asked ? 0 : (scenario.staysMs ?? 0));
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
