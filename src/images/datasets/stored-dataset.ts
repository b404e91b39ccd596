import { createDiagnostic, type Diagnostic, fail } from '../../diagnostics/diagnostic.ts';
import { decodePicture } from '../decode.ts';
import { type ClassRules, numberFolders } from './class-folders.ts';
import { type Dataset, digestListing } from './dataset.ts';
import type { FileStore, StoredFile } from './file-store.ts';
import { readLabelList } from './label-list.ts';

export interface LabelRules extends ClassRules {
  /** A file of `PATH LABEL` lines, in place of class folders. */
  readonly list?: string | undefined;
  /** Whether every picture needs a label; calibration needs none. */
  readonly labelled: boolean;
}

/** A file larger than this is no picture that a classifier is given. */
const maxFileBytes = 256 * 2 ** 20;

const pictureExtension = /\.(?:jpe?g|png|webp)$/i;
const otherPicture = /\.(?:gif|bmp|tiff?|avif|heic|jp2|ppm)$/i;

function isHidden(path: string): boolean {
  // __MACOSX: what macOS adds to archives, with names of pictures that are none.
  return path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}

function byPath(a: StoredFile, b: StoredFile): number {
  return a.path < b.path ? -1 : 1;
}

interface Pictures {
  readonly files: readonly StoredFile[];
  readonly diagnostics: readonly Diagnostic[];
}

function findPictures(path: string, files: readonly StoredFile[]): Pictures {
  const visible = files.filter((file) => !isHidden(file.path));
  const pictures = visible.filter((file) => pictureExtension.test(file.path)).sort(byPath);
  const others = visible.filter((file) => otherPicture.test(file.path));
  if (pictures.length === 0) fail('dataset-empty', { path, others: visible.length });
  const [first] = others;
  const diagnostics = first
    ? [createDiagnostic('dataset-skipped', { path, count: others.length, example: first.path })]
    : [];
  return { files: pictures, diagnostics };
}

/** Length of the folders that all paths lie in, as long as a folder is left below them: an archive often packs one folder around its classes. */
function commonPrefix(files: readonly StoredFile[]): number {
  const paths = files.map((file) => file.path);
  const [first = ''] = paths;
  let length = 0;
  for (let end = first.indexOf('/') + 1; end > 0; end = first.indexOf('/', end) + 1) {
    const prefix = first.slice(0, end);
    if (!paths.every((path) => path.startsWith(prefix) && path.includes('/', end))) break;
    length = end;
  }
  return length;
}

interface Labelled {
  readonly files: readonly StoredFile[];
  readonly labels: readonly (number | undefined)[];
  readonly classNames?: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds each picture of a list by its path, which may leave out or add the folder that all of them lie in. */
async function labelByList(path: string, files: readonly StoredFile[], rules: LabelRules) {
  const file = rules.list as string;
  const list = await readLabelList(file, rules);
  const prefix = commonPrefix(files);
  const stored = new Map(files.map((each) => [each.path, each]));
  for (const each of files) {
    const inner = each.path.slice(prefix);
    if (!stored.has(inner)) stored.set(inner, each);
  }
  const found = new Map<StoredFile, number>();
  const unknown: string[] = [];
  for (const [listed, label] of list) {
    const match = stored.get(listed);
    if (match) found.set(match, label);
    else unknown.push(listed);
  }
  const [example] = unknown;
  if (example !== undefined) {
    fail('dataset-list-unknown', { file, path, count: unknown.length, example });
  }
  const kept = files.filter((each) => found.has(each));
  const count = files.length - kept.length;
  return {
    files: kept,
    labels: kept.map((each) => found.get(each)),
    diagnostics: count > 0 ? [createDiagnostic('dataset-unlisted', { path, file, count })] : [],
  };
}

function labelByFolder(path: string, files: readonly StoredFile[], rules: LabelRules): Labelled {
  // Folders need not be classes then.
  if (!rules.labelled) return { files, labels: files.map(() => undefined), diagnostics: [] };
  const prefix = commonPrefix(files);
  const folders = files.map((file) => file.path.slice(prefix).split('/').slice(0, -1)[0]);
  const loose = files.filter((_, index) => folders[index] === undefined);
  const [example] = loose;
  if (example) fail('dataset-unlabelled', { path, count: loose.length, example: example.path });
  const sorted = [...new Set(folders as string[])].sort();
  const { byFolder, names, diagnostics } = numberFolders(path, sorted, rules);
  return {
    files,
    labels: folders.map((folder) => byFolder.get(folder as string)),
    ...(names ? { classNames: names } : {}),
    diagnostics,
  };
}

/** The pictures of a folder or an archive, by path. `path` names it in diagnostics. Throws DiagnosticError. */
export async function createStoredDataset(
  path: string,
  store: FileStore,
  rules: LabelRules,
): Promise<Dataset> {
  const pictures = findPictures(path, store.files);
  const labelled =
    rules.list === undefined
      ? labelByFolder(path, pictures.files, rules)
      : await labelByList(path, pictures.files, rules);
  const { files, labels } = labelled;
  const images = files.map((file, index) => ({ name: file.path, label: labels[index] }));
  const read = async (index: number) => {
    const file = files[index];
    if (!file) throw new RangeError(`no picture ${index}`);
    if (file.sizeBytes > maxFileBytes) {
      const reason = `it has ${Math.round(file.sizeBytes / 2 ** 20)} MiB`;
      fail('image-unreadable', { file: `${path}/${file.path}`, reason });
    }
    return await store.read(file);
  };
  return {
    path,
    images,
    ...('classNames' in labelled ? { classNames: labelled.classNames } : {}),
    digest: digestListing(
      images,
      files.map((file) => file.sizeBytes),
    ),
    diagnostics: [...pictures.diagnostics, ...labelled.diagnostics],
    decode: async (index, options) =>
      await decodePicture(await read(index), `${path}/${images[index]?.name}`, options),
    readBytes: read,
    close: () => store.close(),
  };
}
