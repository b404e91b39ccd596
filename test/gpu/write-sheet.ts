import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reportMarkdown, type SheetReport } from './report.ts';
import { reportWithoutNames } from './report-without-names.ts';
import type { Outcome } from './row.ts';
import { type Names, valueWithoutNames, withoutNames } from './without-names.ts';

const mostBytes = 4_000_000;
/** What of an artifact others can read something in. */
const told = /^(?:trtexec-.*\.log|layers.*\.json|layer-times.*\.json)$/;

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`;

/** A file of an artifact; one that is no whole JSON is taken as it stands. */
function fileWithoutNames(text: string, isJson: boolean, names: Names): string {
  if (!isJson) return withoutNames(text, names);
  try {
    return jsonText(valueWithoutNames(JSON.parse(text), names));
  } catch {
    return withoutNames(text, names);
  }
}

/** The report, as it is now. */
export async function writeReport(
  folder: string,
  report: SheetReport,
  names: Names,
): Promise<void> {
  const shown = reportWithoutNames(report, names);
  await writeText(join(folder, 'report.json'), jsonText(shown));
  await writeText(join(folder, 'report.md'), reportMarkdown(shown));
}

/** What a row printed, with the logs and layers of its artifact. */
export async function writeLogs(
  folder: string,
  name: string,
  { output }: Outcome,
  { work, names }: { readonly work: string; readonly names: Names },
): Promise<void> {
  await writeText(join(folder, 'logs', `${name}.txt`), `${withoutNames(output, names)}\n`);
  const artifact = join(work, name);
  const files = existsSync(artifact) ? readdirSync(artifact).filter((file) => told.test(file)) : [];
  for (const file of files) {
    const path = join(artifact, file);
    if (statSync(path).size > mostBytes) continue;
    const text = fileWithoutNames(readFileSync(path, 'utf8'), file.endsWith('.json'), names);
    await writeText(join(folder, 'logs', name, file), text);
  }
}
