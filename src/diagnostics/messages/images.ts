import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { printable, printableUpTo } from '../printable.ts';

/** What is wrong, which may repeat names of the file. */
const clause = (reason: string): string => printableUpTo(400, reason);

const mebibytes = (sizeBytes: number): string => `${Math.floor(sizeBytes / 2 ** 20)} MiB`;

export const imageMessages = {
  'image-library-missing': row<{ reason: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ reason }) => `sharp, which decodes pictures, cannot be loaded: ${reason}.`,
    hint: () => 'Install it again with npm ci; optional packages must not be left out.',
    cause:
      'The package is not installed for this system. Its libraries are optional packages that `npm ci --omit=optional` leaves out.',
    cure: 'Run npm ci in the folder of rcc. It covers Linux, macOS and Windows on x64 and arm64.',
  }),
  'image-unreadable': row<{ file: string; reason: string }>({
    severity: 'error',
    message: ({ file, reason }) =>
      `'${printable(file)}' cannot be read as a picture: ${clause(reason)}.`,
    cause: 'The file is damaged, ends early, or is no JPEG, PNG or WebP.',
    cure: 'Convert or replace it, or take it out of the data set.',
  }),
  'image-size': row<{ file: string; size: string; input: string }>({
    severity: 'error',
    message: ({ file, size, input }) =>
      `'${printable(file)}' is ${size} after the preprocessing, and the network reads ${input} (width x height).`,
    hint: () => 'Give the spec `preprocess { resize … crop … }`.',
    cause:
      'The preprocessing of the spec does not crop, so that every picture must have the size of the input.',
    cure: 'Add resize and crop to the spec, as the training did it, or use pictures of that size.',
  }),
  'network-not-for-pictures': row<{ channels: number }>({
    severity: 'error',
    message: ({ channels }) =>
      `The network reads ${channels} channels; pictures have 3, or 1 where they are gray.`,
    cause:
      'Files of pictures are decoded to red, green and blue or to gray; other channels have no meaning for them.',
    cure: 'Feed such a network with .npy files: rcc verify with --input and --logits.',
  }),
  'image-input-form': row<{ precision: string; input: string; form: string }>({
    severity: 'error',
    message: ({ precision, input, form }) =>
      `The ${precision} engine reads ${input}, which is not its model's form of pictures, ${form}.`,
    hint: () =>
      'Pictures are float32 or float16 [N, C, H, W], uint8 [N, H, W, C], or uint8 [N, H, W, 4].',
    cause:
      'The engine was made from another model than the spec, or by something else than this release of rcc.',
    cure: 'Compile the engine again from the spec.',
  }),
  'dataset-format': row<{ path: string; found: string }>({
    severity: 'error',
    message: ({ path, found }) => `'${printable(path)}' is no data set: it is ${found}.`,
    hint: () =>
      'A data set is a folder, a .tar, .tar.gz or .zip of pictures, or an .npz with `images` and `labels`.',
    cause: 'The format is told by the first bytes of the file, not by its name.',
    cure: 'Unpack the archive into a folder, or pack the pictures into a .tar or .zip.',
  }),
  'dataset-malformed': row<{ path: string; reason: string }>({
    severity: 'error',
    message: ({ path, reason }) =>
      `The data set '${printable(path)}' is damaged: ${clause(reason)}.`,
    cause: 'The archive was cut short, or contradicts itself.',
    cure: 'Copy or make the archive again.',
  }),
  'dataset-unpacks-too-far': row<{ path: string; sizeBytes: number; reason: string }>({
    severity: 'error',
    message: ({ path, sizeBytes, reason }) =>
      `'${printable(path)}' unpacks to more than ${mebibytes(sizeBytes)}, ${reason}.`,
    hint: () => 'Unpack it into a folder and give the folder.',
    cause:
      'A compressed archive is unpacked into a temporary file, up to 64 MiB or 100 times its size, and no more than the disk holds. Pictures do not shrink much more: a file that does is made to fill disks.',
    cure: 'Unpack it where there is space, or set TMPDIR to such a place. A .tar without compression and a .zip are read where they lie.',
  }),
  'dataset-empty': row<{ path: string; others: number }>({
    severity: 'error',
    message: ({ path, others }) =>
      `'${printable(path)}' holds no JPEG, PNG or WebP${others > 0 ? `, only ${others} other files` : ''}.`,
    cause: 'Pictures are found by the extensions .jpg, .jpeg, .png and .webp, at any depth.',
    cure: 'Check the path; convert pictures of other formats.',
  }),
  'dataset-unlabelled': row<{ path: string; count: number; example: string }>({
    severity: 'error',
    message: ({ path, count, example }) =>
      `${count} ${count === 1 ? 'picture' : 'pictures'} of '${printable(path)}' ${count === 1 ? 'has' : 'have'} no label: '${printable(example)}' lies in no class folder.`,
    hint: () => 'Put each class into a folder of its own, or give a list of `FILE LABEL` lines.',
    cause:
      'A label comes from the first folder that a picture lies in, or from a list; there is neither.',
    cure: 'Sort the pictures into folders, or name the list that came with the data set (for ImageNet: val_list.txt).',
  }),
  'dataset-classes': row<{ path: string; folders: number; classes: number; unknown?: string }>({
    severity: 'error',
    message: ({ path, folders, classes, unknown }) =>
      `'${printable(path)}' has ${folders} class ${folders === 1 ? 'folder' : 'folders'} for ${classes} classes${unknown === undefined ? '' : `, and '${printable(unknown)}' names none of them`}.`,
    hint: () =>
      'Folder names are labels of the spec’s `labels` file, or class numbers from 0, or there is one for each class, in order.',
    cause:
      'Fewer folders than classes are fine only where their names say which classes they are: nothing is guessed.',
    cure: 'Give `--labels FILE`, or the spec `labels "FILE"`, with the names of the folders, or a list of `FILE LABEL` lines.',
  }),
  'dataset-folder-numbers': row<{ path: string; folders: readonly string[] }>({
    severity: 'note',
    message: ({ path, folders }) =>
      `The folders of '${printable(path)}' (${listText(folders.map(printable))}, …) are read as class numbers.`,
    hint: () =>
      "torchvision's ImageFolder counts folders in the order of their names as text. If the network was trained so, give `--labels FILE`, or the spec `labels`, with the names in that order.",
    cause:
      'Every folder has a number as its name, but their order as text is another than as numbers.',
    cure: 'Nothing where the numbers are the classes.',
  }),
  'dataset-folder-order': row<{ path: string; folders: readonly string[] }>({
    severity: 'warning',
    message: ({ path, folders }) =>
      `The class folders of '${printable(path)}' are numbered in the order of their names as text: ${listText(folders.map(printable))}, … are the classes 0 to ${folders.length - 1}, ….`,
    hint: () =>
      'torchvision’s ImageFolder numbers them so. If the network counts them otherwise, give `--labels FILE` with the names of the folders in its order, one a line.',
    cause:
      'As text 10 comes before 2. Which class a folder is cannot be told from its name, and a wrong order makes every figure wrong.',
    example: 'Folders 1 to 12 for a network of 12 classes: 1, 10, 11, 12, 2, …',
    cure: 'Nothing where the network was trained with torchvision’s ImageFolder; else `--labels FILE`.',
  }),
  'dataset-skipped': row<{ path: string; count: number; example: string }>({
    severity: 'warning',
    message: ({ path, count, example }) =>
      `${count} ${count === 1 ? 'picture' : 'pictures'} of '${printable(path)}' ${count === 1 ? 'is' : 'are'} no JPEG, PNG or WebP and left out, such as '${printable(example)}'.`,
    cause: 'Other formats of pictures are not decoded.',
    cure: 'Convert them where they should count.',
  }),
  'dataset-unlisted': row<{ path: string; file: string; count: number }>({
    severity: 'warning',
    message: ({ path, file, count }) =>
      `${count} ${count === 1 ? 'picture' : 'pictures'} of '${printable(path)}' ${count === 1 ? 'is' : 'are'} not in '${printable(file)}' and left out.`,
    cause: 'The list of labels names only a part of the pictures.',
    cure: 'Nothing where that part is meant; else give the list that belongs to the data set.',
  }),
  'dataset-list-line': row<{ file: string; line: number; reason: string }>({
    severity: 'error',
    message: ({ file, line, reason }) => `Line ${line} of '${printable(file)}' ${reason}.`,
    hint: () => 'Each line is a picture and its label, apart by a tab, a comma or blanks.',
    cause:
      'A list of labels has lines as `val/0001.jpg 65`: a path inside the data set and a class number from 0 or a label.',
    example: 'ILSVRC2012_val_00000001.JPEG 65',
    cure: 'Correct the line.',
  }),
  'dataset-list-unknown': row<{ file: string; path: string; count: number; example: string }>({
    severity: 'error',
    message: ({ file, path, count, example }) =>
      `'${printable(file)}' lists ${count} ${count === 1 ? 'picture' : 'pictures'} that '${printable(path)}' does not have: '${printable(example)}'.`,
    cause: 'Paths in a list are those inside the data set.',
    cure: 'Give the folder that the paths of the list begin at, or the list that belongs to the data set.',
  }),
  'dataset-list-range': row<{ file: string; least: number; most: number; classes: number }>({
    severity: 'error',
    message: ({ file, least, most, classes }) =>
      `The labels of '${printable(file)}' are ${least} to ${most}; ${classes} classes have the numbers 0 to ${classes - 1}.`,
    hint: ({ least, most, classes }) =>
      least === 1 && most === classes
        ? 'The list counts from 1: subtract 1 from each label.'
        : undefined,
    cause: 'The list belongs to another set of classes, or counts from 1.',
    cure: 'Take the list that belongs to the weights; classes count from 0.',
  }),
  'dataset-arrays': row<{ path: string; reason: string }>({
    severity: 'error',
    message: ({ path, reason }) =>
      `'${printable(path)}' holds no labelled pictures: ${clause(reason)}.`,
    hint: () =>
      'numpy.savez(FILE, images=…, labels=…) with images uint8 [N, H, W] or [N, H, W, 3] and labels [N].',
    cause: 'An .npz data set has an array `images` and an array `labels`.',
    cure: 'Save the arrays under these names and types.',
  }),
} as const;
