import { normalize } from 'node:path';
import { append } from '../collections/append.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { errorCode } from '../diagnostics/error-code.ts';
import { findNearest } from '../diagnostics/nearest.ts';
import { printable } from '../diagnostics/printable.ts';
import type { Span } from '../diagnostics/source.ts';
import type { ModelNode } from './ast.ts';
import { collectDiagnostics } from './collect.ts';
import { checkModels } from './link.ts';
import { findModel, type LoadedFile } from './loaded-file.ts';
import { resolvePath } from './resolve.ts';
import type { Spec } from './spec.ts';
import { parseSpec } from './syntax/parse.ts';

/** All that loading needs of the world. */
export interface SpecHost {
  /** The text of a file; rejects with the system's error (ENOENT, EACCES, …) or a DiagnosticError. */
  readText(path: string): Promise<string>;
  /** Files by the name of their model, for bases that no file at hand holds; absent: none. */
  bundled?(): Promise<ReadonlyMap<string, string>>;
}

/** What a word of a command line means: a file, or a model of it. */
interface WantedFile {
  readonly file: LoadedFile;
  readonly target: Target;
}

/** All that was read on the way to some models. */
export interface LoadedFiles {
  /** The files asked for that could be read. */
  readonly wanted: readonly WantedFile[];
  /** The right models of all files that were read. */
  readonly specs: ReadonlyMap<ModelNode, Spec>;
  /** Every mistake, in no order. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadResult {
  /** The right models of the files asked for, in the order in which they stand there. */
  readonly models: readonly Spec[];
  /** Every mistake of these files and of those they use, at most 50 a file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A file, and the one model of it that is meant where `#name` stands behind it. */
interface Target {
  readonly path: string;
  readonly model: string | undefined;
}

function parseTarget(text: string): Target {
  const match = /^(.*\.rn|-)#([^/\\]+)$/s.exec(text);
  return match ? { path: match[1] ?? text, model: match[2] } : { path: text, model: undefined };
}

/** Reads and parses each file once, `use` by `use`. */
class FileLoader {
  readonly #host: SpecHost;
  readonly #files = new Map<string, Promise<LoadedFile | undefined>>();
  #bundled: Promise<ReadonlyMap<string, string>> | undefined;
  readonly diagnostics: Diagnostic[] = [];
  readonly loaded: LoadedFile[] = [];

  constructor(host: SpecHost) {
    this.#host = host;
  }

  /** `chain`: the files whose `use` led here. Undefined: the file cannot be read, which is reported. */
  load(path: string, chain: readonly string[] = [], span?: Span): Promise<LoadedFile | undefined> {
    const key = normalize(path);
    const known = this.#files.get(key);
    if (known) return known;
    const file = this.#read(path, chain, span);
    this.#files.set(key, file);
    return file;
  }

  async #read(
    path: string,
    chain: readonly string[],
    span?: Span,
  ): Promise<LoadedFile | undefined> {
    const text = await this.#readText(path, span);
    if (text === undefined) return undefined;
    const { tree, diagnostics } = parseSpec({ path, text: text.replace(/^\uFEFF/, '') });
    const file: LoadedFile = { path, tree, uses: [] };
    append(this.diagnostics, diagnostics);
    this.loaded.push(file);
    for (const use of tree.uses) {
      const used = await this.#use(file, use, [...chain, path]);
      if (used) file.uses.push({ file: used, span: use.span });
    }
    await this.#useBundled(file, [...chain, path]);
    return file;
  }

  /** Brings in what a model extends where neither the file nor one that it uses holds it, and a bundled file does. */
  async #useBundled(file: LoadedFile, chain: readonly string[]): Promise<void> {
    for (const { base } of file.tree.models) {
      const path =
        base && !findModel(file, base.text) && (await this.#bundledFiles()).get(base.text);
      const isAbove = chain.some((visited) => path && normalize(visited) === normalize(path));
      if (!base || !path || isAbove) continue;
      const used = await this.load(path, chain, base.span);
      if (used) file.uses.push({ file: used, span: base.span });
    }
  }

  /** Names for suggestions, where a base was missing. */
  async bundledNames(): Promise<Iterable<string>> {
    return (await this.#bundled)?.keys() ?? [];
  }

  /** Asked for when the first base is missing. */
  async #bundledFiles(): Promise<ReadonlyMap<string, string>> {
    this.#bundled ??= this.#host.bundled?.() ?? Promise.resolve(new Map());
    return await this.#bundled;
  }

  async #use(
    file: LoadedFile,
    { path, span }: { readonly path: string; readonly span: Span },
    chain: readonly string[],
  ): Promise<LoadedFile | undefined> {
    if (path === '') {
      this.diagnostics.push(createDiagnostic('empty-string', { name: 'use' }, { span }));
      return undefined;
    }
    const target = resolvePath(file.path, path);
    const key = normalize(target);
    const start = chain.findIndex((visited) => normalize(visited) === key);
    if (start >= 0) {
      const paths = [...chain.slice(start), target].map(printable);
      this.diagnostics.push(createDiagnostic('use-cycle', { paths }, { span }));
      return undefined;
    }
    if (file.uses.some((other) => normalize(other.file.path) === key)) {
      this.diagnostics.push(createDiagnostic('duplicate-use', { path }, { span }));
      return undefined;
    }
    return this.load(target, chain, span);
  }

  async #readText(path: string, span: Span | undefined): Promise<string | undefined> {
    try {
      return await this.#host.readText(path);
    } catch (error) {
      append(this.diagnostics, readFailures(error, path, span));
      return undefined;
    }
  }
}

/** What the system said, as diagnostics at the `use` that asked; a bug is thrown on. */
function readFailures(error: unknown, path: string, span: Span | undefined): readonly Diagnostic[] {
  if (error instanceof DiagnosticError)
    return error.diagnostics.map((diagnostic) => ({ ...(span ? { span } : {}), ...diagnostic }));
  const code = errorCode(error);
  if (code === undefined) throw error;
  if (code === 'ENOENT')
    return [createDiagnostic('file-not-found', { path, what: 'spec' }, { span })];
  return [createDiagnostic('file-unreadable', { path, reason: code }, { span })];
}

/** Reads files and those that they use, and checks all their models. Throws as `loadModels` does. */
export async function loadFiles(paths: readonly string[], host: SpecHost): Promise<LoadedFiles> {
  const loader = new FileLoader(host);
  const wanted: WantedFile[] = [];
  for (const target of paths.map(parseTarget)) {
    const file = await loader.load(target.path);
    if (file) wanted.push({ file, target });
  }
  const { specs, diagnostics } = checkModels(loader.loaded, await loader.bundledNames());
  return { wanted, specs, diagnostics: [...loader.diagnostics, ...diagnostics] };
}

/**
 * The models of one or several .rn files, checked. `specs/all.rn#resnet50` takes one model of a file. `use` paths are
 * relative to the file they stand in. Mistakes come back as diagnostics; only a bug, or a host that fails in a way of
 * its own, throws.
 */
export async function loadModels(
  paths: string | readonly string[],
  host: SpecHost,
): Promise<LoadResult> {
  const loaded = await loadFiles([paths].flat(), host);
  const { wanted, specs } = loaded;
  const diagnostics = [...loaded.diagnostics];
  const models = wanted.flatMap(({ file, target }) => {
    const { model } = target;
    const nodes = file.tree.models.filter(({ name }) => model === undefined || name.text === model);
    if (model !== undefined && nodes.length === 0) diagnostics.push(unknownModel(model, file));
    return nodes.flatMap((node) => specs.get(node) ?? []);
  });
  const askedFor = new Set(wanted.map(({ file }) => file.tree.file));
  return {
    models: [...new Set(models)],
    diagnostics: collectDiagnostics(diagnostics, askedFor),
  };
}

function unknownModel(name: string, file: LoadedFile): Diagnostic {
  const names = file.tree.models.map((model) => model.name.text);
  const nearest = findNearest(name, names);
  const hint = nearest
    ? undefined
    : `'${file.path}' holds ${names.slice(0, 20).map(printable).join(', ')}.`;
  return createDiagnostic('unknown-model', { name: printable(name), nearest }, { hint });
}
