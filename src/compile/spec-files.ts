import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.ts';
import { decodeText } from '../io/decode-text.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import { readStandardInput, standardInput } from '../io/standard-input.ts';
import { loadModels, type SpecHost } from '../language/load.ts';
import { limits } from '../language/property.ts';
import type { Spec } from '../language/spec.ts';
import { bundledSpecs } from '../report/specs-folder.ts';
import { findSpecs } from './find-specs.ts';

/** Most bytes of a UTF-16 unit in UTF-8. */
const bytesPerUnit = 3;
const limitBytes = limits.fileKib * 1024 * bytesPerUnit;

function checkSize(path: string, sizeBytes: number): void {
  if (sizeBytes > limitBytes) fail('spec-too-large', { path, limitKib: limits.fileKib });
}

async function readFile(path: string): Promise<Uint8Array> {
  const source = createFileByteSource(path, 'spec');
  try {
    checkSize(path, source.sizeBytes);
    return await source.read(0, source.sizeBytes);
  } finally {
    source.close();
  }
}

async function readInput(): Promise<Uint8Array> {
  const bytes = await readStandardInput(limitBytes);
  checkSize(standardInput, bytes.length);
  return bytes;
}

/** Specs as files, and `-` as standard input. One that is far too large is refused before it is read. */
export const fileSpecHost: SpecHost = {
  async readText(path) {
    return decodeText(path === standardInput ? await readInput() : await readFile(path));
  },
  bundled: bundledSpecs,
};

export interface LoadedSpecs {
  readonly specs: readonly Spec[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadedSpec {
  readonly spec: Spec;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks specs, each named as `findSpecs` takes it: the models that are right, and every mistake of all files. */
export async function loadSpecFiles(words: readonly string[]): Promise<LoadedSpecs> {
  const found = await findSpecs(words);
  const loaded = await loadModels(found.paths, fileSpecHost);
  return {
    specs: loaded.models,
    diagnostics: [...found.diagnostics, ...loaded.diagnostics],
  };
}

export const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(isError);
}

/** As `loadSpecFiles`, where nothing can be done with a mistake: throws DiagnosticError with all of them; `diagnostics` are warnings, and notes are for `rcc check`. */
export async function loadSpecs(paths: string | readonly string[]): Promise<LoadedSpecs> {
  const loaded = await loadSpecFiles([paths].flat());
  const diagnostics = loaded.diagnostics.filter(({ severity }) => severity !== 'note');
  if (hasErrors(diagnostics)) throw new DiagnosticError(diagnostics);
  return { ...loaded, diagnostics };
}

/** The only model that a word stands for. Throws DiagnosticError where there are several. */
export async function loadOneSpec(path: string): Promise<LoadedSpec> {
  const { specs, diagnostics } = await loadSpecs(path);
  const [spec, ...others] = specs;
  if (!spec || others.length > 0) {
    fail('one-model-needed', { path, models: specs.map(({ file, name }) => `${file}#${name}`) });
  }
  return { spec, diagnostics };
}
