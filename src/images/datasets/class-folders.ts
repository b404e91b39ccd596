import { createDiagnostic, type Diagnostic, fail } from '../../diagnostics/diagnostic.ts';
import type { Labels } from '../labels.ts';

/** What the classes of a data set are told by. */
export interface ClassRules {
  /** How many classes the network has. */
  readonly classes: number;
  /** Their names, where the spec gives them. */
  readonly labels?: Labels | undefined;
  /** Whether the names decide: folders that are none of them are an error then, whatever else they may stand for. */
  readonly labelsDecide?: boolean | undefined;
}

/** Which class each folder is. */
export interface ClassFolders {
  readonly byFolder: ReadonlyMap<string, number>;
  /** The name of each class, where folders are what gives them names. */
  readonly names?: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Folders that a message shows. */
const shownFolders = 6;

type Numbering = ReadonlyMap<string, number> | undefined;

/** Folders named as the labels are, where each label that is used stands for one class. */
function numberByLabels(folders: readonly string[], labels: Labels | undefined): Numbering {
  const names = labels?.names ?? [];
  const isNamed = folders.every((folder) => names.indexOf(folder) >= 0);
  const isUnique = folders.every((folder) => names.indexOf(folder) === names.lastIndexOf(folder));
  if (!isNamed || !isUnique) return undefined;
  return new Map(folders.map((folder) => [folder, names.indexOf(folder)]));
}

/** Folders named 0, 1, 2 or 000, 001, 002. */
function numberByNumbers(folders: readonly string[], classes: number): Numbering {
  const numbers = folders.map((folder) => (/^\d+$/.test(folder) ? Number(folder) : Number.NaN));
  const isNumbered = numbers.every((number) => number < classes);
  if (!isNumbered || new Set(numbers).size < folders.length) return undefined;
  return new Map(folders.map((folder, index) => [folder, numbers[index] as number]));
}

function numberInOrder(folders: readonly string[], classes: number): Numbering {
  if (folders.length !== classes) return undefined;
  return new Map(folders.map((folder, index) => [folder, index]));
}

/** torchvision's ImageFolder numbers folders in the order of their names as text: 0, 1, 10, 2. */
function orderNote(path: string, folders: readonly string[], numbers: ReadonlyMap<string, number>) {
  const isSame = folders.every((folder, index) => numbers.get(folder) === index);
  if (isSame || folders.length < 2) return [];
  return [createDiagnostic('dataset-folder-numbers', { path, folders: folders.slice(0, 4) })];
}

/** Folders that are counted in the order of their names as text, though the numbers in them tell another: 1, 10, 2. */
function textOrderNote(path: string, folders: readonly string[]) {
  const collator = new Intl.Collator('en', { numeric: true });
  const first = folders.findIndex(
    (folder, index) => index > 0 && collator.compare(folders[index - 1] ?? '', folder) > 0,
  );
  if (first < 0) return [];
  // Up to the first that comes too early or too late, and one more.
  const shown = folders.slice(0, Math.min(first + 1, shownFolders));
  return [createDiagnostic('dataset-folder-order', { path, folders: shown })];
}

function failUnknown(path: string, folders: readonly string[], rules: ClassRules): never {
  const known = new Set(rules.labels?.names);
  const unknown = rules.labels && folders.find((folder) => !known.has(folder));
  return fail('dataset-classes', {
    path,
    folders: folders.length,
    classes: rules.classes,
    ...(unknown === undefined ? {} : { unknown }),
  });
}

/**
 * Which class each folder of `folders` (sorted) is: the one whose label is its name; else, where all are numbers, that number; else, where there are as
 * many as classes, the one at its place as text, with a warning where the numbers in the names tell another. Throws DiagnosticError `dataset-classes` where none of these holds.
 */
export function numberFolders(
  path: string,
  folders: readonly string[],
  rules: ClassRules,
): ClassFolders {
  const { classes, labels } = rules;
  const labelled = numberByLabels(folders, labels);
  if (labelled) return { byFolder: labelled, diagnostics: [] };
  if (rules.labelsDecide) failUnknown(path, folders, rules);
  const numbered = numberByNumbers(folders, classes);
  if (numbered) return { byFolder: numbered, diagnostics: orderNote(path, folders, numbered) };
  const ordered = numberInOrder(folders, classes) ?? failUnknown(path, folders, rules);
  const diagnostics = textOrderNote(path, folders);
  return { byFolder: ordered, diagnostics, ...(labels ? {} : { names: folders }) };
}
