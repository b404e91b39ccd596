import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { isAddress } from '../diagnostics/is-address.ts';
import { findAllNearest } from '../diagnostics/nearest.ts';
import { printable } from '../diagnostics/printable.ts';
import { failReading } from '../io/file-failure.ts';
import { standardInput } from '../io/standard-input.ts';
import { bundledSpecs, publishedSpecs } from '../report/specs-folder.ts';
import { artifactFiles } from './artifact-files.ts';

/** What a word of the command line stands for: spec files (`FILE.rn`, `FILE.rn#MODEL`, `-`), or why it stands for none. */
export interface FoundSpecs {
  readonly paths: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const extension = '.rn';
/** Most names that are suggested. */
const mostSuggested = 4;

const found = (paths: readonly string[]): FoundSpecs => ({ paths, diagnostics: [] });
const refused = (diagnostic: Diagnostic): FoundSpecs => ({ paths: [], diagnostics: [diagnostic] });

type Kind = 'file' | 'folder';

function kindOf(path: string): Kind | undefined {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    // What cannot be looked at is told by whoever opens it.
    return undefined;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    return failReading(folder, 'folder', error);
  }
}

/** The spec files that lie in the folder itself, by name. */
function specsIn(folder: string): readonly string[] {
  return entriesOf(folder)
    .filter((entry) => entry.name.endsWith(extension) && !entry.isDirectory())
    .map(({ name }) => join(folder, name));
}

/** What can be done with an artifact, where a spec was meant. */
function artifactHint(folder: string): string {
  const of = (command: string): string => `\`rcc ${command} ${printable(folder)}`;
  return `It holds an artifact: ${of('check-engine')}\` holds it against this machine, ${of('audit')}\` judges its layers, ${of('classify')} PICTURES\` runs it, ${of('rebuild')}\` makes and verifies it anew.`;
}

function emptyFolder(folder: string): Diagnostic {
  const names = entriesOf(folder).map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`);
  const facts = { where: `the folder '${folder}'`, found: names };
  const isArtifact = names.includes(artifactFiles.manifest);
  return createDiagnostic('no-spec-there', facts, isArtifact ? { hint: artifactHint(folder) } : {});
}

/** Specs beside a path that is none, and those of the package, that are called much like it. */
async function suggestionsFor(path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  const beside = kindOf(folder) === 'folder' ? specsIn(folder) : [];
  const byName = new Map<string, string>();
  for (const name of (await publishedSpecs()).keys()) byName.set(name, name);
  for (const file of beside) byName.set(basename(file, extension), file);
  const wanted = basename(path, extension);
  const nearest = findAllNearest(wanted, byName.keys(), mostSuggested);
  // The many names of the catalogue are looked through where nothing nearer to hand is meant.
  return nearest.length > 0
    ? nearest.map((name) => byName.get(name) ?? name)
    : findAllNearest(wanted, (await bundledSpecs()).keys(), mostSuggested);
}

async function missing(path: string): Promise<FoundSpecs> {
  const suggestions = await suggestionsFor(path);
  const hint =
    suggestions.length > 0
      ? `Did you mean ${suggestions.join(', ').replace(/, ([^,]*)$/, ' or $1')}? \`rcc list\` shows the specs that come with rcc.`
      : '`rcc list` shows the specs that come with rcc; `rcc init WEIGHTS` writes one.';
  return refused(createDiagnostic('file-not-found', { path, what: 'spec' }, { hint }));
}

const isPattern = (word: string): boolean => /[*?[\]{}]/.test(word);

/** A pattern that the shell left as it was. */
async function expand(pattern: string): Promise<FoundSpecs> {
  const { glob } = await import('tinyglobby');
  const files = await glob(pattern.replaceAll('\\', '/'), { expandDirectories: false });
  const specs = files.filter((file) => file.endsWith(extension)).sort();
  if (specs.length > 0) return found(specs);
  const where = `what '${pattern}' stands for`;
  return refused(createDiagnostic('no-spec-there', { where, found: files.sort() }));
}

/** A word without the ending of a spec: a spec or a folder of specs that is here, or one of the package's by its name. */
async function findByName(word: string): Promise<FoundSpecs> {
  if (kindOf(`${word}${extension}`) === 'file') return found([`${word}${extension}`]);
  const kind = kindOf(word);
  const inside = kind === 'folder' ? specsIn(word) : [];
  if (inside.length > 0) return found(inside);
  // PaddleClas writes ResNet50_vd.
  const bundled = (await bundledSpecs()).get(word.toLowerCase());
  if (bundled !== undefined) return found([bundled]);
  if (kind === 'folder') return refused(emptyFolder(word));
  if (kind === 'file') return refused(createDiagnostic('not-a-spec', { path: word }));
  return isPattern(word) ? await expand(word) : await missing(word);
}

async function findFile(word: string): Promise<FoundSpecs> {
  const path = word.replace(/(\.rn)#[^/\\]+$/, '$1');
  if (kindOf(path) !== undefined) return found([word]);
  return isPattern(path) ? await expand(path) : await missing(path);
}

async function findSpec(word: string): Promise<FoundSpecs> {
  if (word.split('#')[0] === standardInput) return found([word]);
  if (isAddress(word)) {
    return refused(createDiagnostic('address-given', { address: word, what: 'spec' }));
  }
  return /\.rn(#[^/\\]+)?$/.test(word) ? await findFile(word) : await findByName(word);
}

/**
 * The spec files that words stand for, in order: a file, one without its ending, a folder's specs, a pattern, the name of a spec that comes with the package, or
 * `-` for standard input. What is here goes before what comes with the package.
 */
export async function findSpecs(words: readonly string[]): Promise<FoundSpecs> {
  const all: FoundSpecs[] = [];
  for (const word of words) all.push(await findSpec(word));
  return {
    paths: all.flatMap(({ paths }) => paths),
    diagnostics: all.flatMap(({ diagnostics }) => diagnostics),
  };
}
