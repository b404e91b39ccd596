import { writeWhole } from '../../compile/artifact-files.ts';
import { findSpecs } from '../../compile/find-specs.ts';
import { fileSpecHost } from '../../compile/spec-files.ts';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../../diagnostics/source.ts';
import { standardInput } from '../../io/standard-input.ts';
import { formatSpec } from '../../language/format/format.ts';
import type { CommandResult } from '../command.ts';
import type { FmtCommandOptions } from '../commands/fmt.ts';
import { firstDifference } from '../line-difference.ts';

/** A spec file in its form; absent where it could not be read as one. */
interface Formatted {
  readonly file: SourceFile;
  readonly text?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** A model of a file stands for the file. */
function filesOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map((path) => path.replace(/#[^/\\]*$/, '')))];
}

async function format(path: string): Promise<Formatted> {
  let file: SourceFile = { path, text: '' };
  try {
    file = { path, text: await fileSpecHost.readText(path) };
    return { file, text: formatSpec(file), diagnostics: [] };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { file, diagnostics: error.diagnostics };
  }
}

const isOther = ({ file, text }: Formatted): boolean => text !== undefined && text !== file.text;

/** The place of a line. */
function spanOfLine(file: SourceFile, index: number): Span {
  const lines = file.text.split('\n');
  const start = lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0);
  return { file, start, end: start + (lines[index] ?? '').replace(/\r$/, '').length };
}

function notInForm({ file, text = '' }: Formatted): Diagnostic {
  const { index, details } = firstDifference(file.text, text);
  const span = spanOfLine(file, index);
  return createDiagnostic('not-formatted', { path: file.path }, { span, details });
}

const countText = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

function summary(all: readonly Formatted[], others: readonly Formatted[], check: boolean): string {
  if (others.length === 0) return `${countText(all.length)} in form.`;
  if (check) return `${others.length} of ${countText(all.length)} not in form.`;
  const written = others.map(({ file }) => file.path);
  return [...written, `${others.length} of ${countText(all.length)} written anew.`].join('\n');
}

/** `rcc fmt`: writes spec files in their one form; standard input goes to stdout. A file with mistakes stays as it is. */
export async function formatFiles(
  words: readonly string[],
  { check = false }: FmtCommandOptions,
): Promise<CommandResult> {
  const found = await findSpecs(words);
  const all: Formatted[] = [];
  for (const path of filesOf(found.paths)) all.push(await format(path));
  const others = all.filter(isOther);
  const diagnostics = [...found.diagnostics, ...all.flatMap((one) => one.diagnostics)];
  const whole = all.filter(({ text }) => text !== undefined);
  const data = whole.map((one) => ({ file: one.file.path, inForm: !isOther(one) }));
  if (check) {
    const text = summary(whole, others, check);
    return { text, data, diagnostics: [...diagnostics, ...others.map(notInForm)] };
  }
  const input = all.find(({ file }) => file.path === standardInput);
  const files = others.filter((one) => one !== input);
  for (const { file, text = '' } of files) await writeWhole(file.path, text);
  const text = input ? input.text?.replace(/\n$/, '') : summary(whole, files, check);
  return { ...(text === undefined ? {} : { text }), data, diagnostics };
}
