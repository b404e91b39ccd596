import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reportMarkdown, type SheetReport } from './report.ts';
import type { Outcome } from './row.ts';
import { type Names, withoutNames } from './without-names.ts';

const mostBytes = 4_000_000;
/** What of an artifact others can read something in. */
const told = /^(?:trtexec-.*\.log|layers.*\.json|layer-times.*\.json)$/;

async function writeText(path: string, text: string, names: Names): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, withoutNames(text, names));
}

/** The report, as it is now. */
export async function writeReport(
  folder: string,
  report: SheetReport,
  names: Names,
): Promise<void> {
  await writeText(join(folder, 'report.json'), `${JSON.stringify(report, undefined, 1)}\n`, names);
  await writeText(join(folder, 'report.md'), reportMarkdown(report), names);
}

/** What a row printed, with the logs and layers of its artifact. */
export async function writeLogs(
  folder: string,
  name: string,
  { output }: Outcome,
  { work, names }: { readonly work: string; readonly names: Names },
): Promise<void> {
  await writeText(join(folder, 'logs', `${name}.txt`), `${output}\n`, names);
  const artifact = join(work, name);
  const files = existsSync(artifact) ? readdirSync(artifact).filter((file) => told.test(file)) : [];
  for (const file of files) {
    const path = join(artifact, file);
    if (statSync(path).size > mostBytes) continue;
    await writeText(join(folder, 'logs', name, file), readFileSync(path, 'utf8'), names);
  }
}
