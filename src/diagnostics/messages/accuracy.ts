import { listText } from '../bounds.ts';
import { formatPercent } from '../format-percent.ts';
import { row } from '../message-row.ts';

const points = (share: number): string => `${(100 * share).toFixed(2)} points`;
const pictures = (count: number): string => `${count} ${count === 1 ? 'picture' : 'pictures'}`;

export const accuracyMessages = {
  'eval-without-weights': row<{ model: string }>({
    severity: 'error',
    message: ({ model }) =>
      `${model} has no weights file, and made-up weights are right by chance only: there is nothing to evaluate.`,
    hint: () => 'Give a file with --weights, or `weights "…"` in the spec.',
    cause: 'Neither the command line nor the spec names a weights file.',
    example: 'rcc eval resnet50 --data imagenet/val',
    cure: 'Give the trained weights. `rcc bench` times a network without them.',
  }),
  'accuracy-below-expected': row<{
    model: string;
    precision: string;
    figure: 'top1' | 'top5';
    measured: number;
    expected: string;
    /** What was allowed below the expected figure. */
    allowed: number;
    images: number;
    /** Half of the 95 % interval that so many pictures leave. */
    uncertainty: number;
  }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, precision, figure, measured, expected, allowed, images }) =>
      `${model} ${precision} has ${figure} ${formatPercent(measured, 2)} on ${pictures(images)}; ${expected} is expected${allowed > 0 ? `, of which ${precision} may lose ${points(allowed)}` : ''}.`,
    hint: ({ images, uncertainty }) =>
      `${pictures(images)} tell it to ± ${points(uncertainty)}; the expected figure holds for the data set that it was published for.`,
    cause:
      'Figures under `expect` are a contract. Other pictures, another preprocessing or a defect of the engine give others.',
    cure: 'Evaluate the whole data set; compare `preprocess` with the training; `rcc diagnose IMAGE --got …` finds mistakes of preprocessing.',
  }),
  'accuracy-dropped': row<{
    model: string;
    precision: string;
    drop: number;
    allowed: number;
    images: number;
  }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, precision, drop, allowed, images }) =>
      `${model} loses ${points(drop)} of top-1 from fp32 to ${precision} on ${pictures(images)}; ${points(allowed)} are allowed.`,
    cause: 'The smaller numbers change more answers than the precision may.',
    cure: 'For int8, calibrate with more pictures or another algorithm; for fp16, look at the range report and keep blocks in fp32.',
  }),
  'eval-unreadable': row<{ path: string; count: number; images: number }>({
    severity: 'warning',
    message: ({ path, count, images }) =>
      `${count} of ${pictures(images)} of '${path}' cannot be read and do not count.`,
    cause: 'The files named below are damaged, end early, or have the wrong size for the network.',
    cure: 'Replace the files, so that the figures hold for the whole data set.',
  }),
  'eval-nothing-read': row<{ path: string; images: number }>({
    severity: 'error',
    message: ({ path, images }) => `None of the ${pictures(images)} of '${path}' can be used.`,
    cause: 'Every picture failed for the reasons below.',
    cure: 'Check that this is the data set, and that the preprocessing of the spec leads to the size of its input.',
  }),
  'eval-turned': row<{ path: string; count: number }>({
    severity: 'note',
    message: ({ path, count }) =>
      `${pictures(count)} of '${path}' carry a rotation in EXIF; ${count === 1 ? 'it was' : 'they were'} taken as stored, as Pillow and torchvision do.`,
    hint: () => 'OpenCV, and so PaddleClas, turns such pictures.',
    cause: 'Cameras store the way they were held instead of turning the pixels.',
    cure: 'Turn the pictures themselves where they should be upright.',
  }),
  'eval-classes': row<{ precision: string; outputs: number; classes: number }>({
    severity: 'error',
    message: ({ precision, outputs, classes }) =>
      `The ${precision} engine puts out ${outputs} numbers a picture for ${classes} classes.`,
    cause: 'The engine was made from another spec.',
    cure: 'Compile the engine again from the spec.',
  }),
  'eval-state-unreadable': row<{ path: string; reason: string }>({
    severity: 'error',
    message: ({ path, reason }) => `'${path}' is no state of an evaluation: ${reason}.`,
    cause: 'The file was written by something else, or by another release of rcc.',
    cure: 'Name another file, or delete this one: the evaluation then starts from the beginning.',
  }),
  'eval-state-differs': row<{ path: string; what: string }>({
    severity: 'error',
    message: ({ path, what }) => `'${path}' is the state of another evaluation: ${what} differs.`,
    hint: () => 'Delete the file to start from the beginning, or name another.',
    cause:
      'An evaluation goes on only with the same pictures, preprocessing and engines; figures of two would be mixed.',
    cure: 'Delete the file, or evaluate what it belongs to.',
  }),
  'diagnose-class': row<{ got: string; classes: number; nearest: string | undefined }>({
    severity: 'error',
    message: ({ got, classes }) =>
      `'${got}' is no class: classes are the numbers 0 to ${classes - 1}, or labels of the spec.`,
    hint: ({ nearest }) => (nearest === undefined ? undefined : `Did you mean '${nearest}'?`),
    cause: 'What was got is a class number, a label, or a .npy file with logits.',
    cure: 'Give the number of the class that your program answered; classes count from 0.',
  }),
  'diagnose-logits': row<{
    path: string;
    dataType: string;
    shape: readonly number[];
    classes: number;
  }>({
    severity: 'error',
    message: ({ path, dataType, shape, classes }) =>
      `'${path}' is ${dataType} [${listText(shape)}]; the logits of one picture are float [${classes}] or [1, ${classes}].`,
    cause:
      'The file holds something else, several pictures, or the answer of a network with other classes.',
    cure: "Save the answer to this one picture: numpy.save('logits.npy', logits[0]).",
  }),
  'diagnose-not-finite': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' holds NaN or infinity.`,
    cause: 'The program that answered computed no numbers; preprocessing alone does not do that.',
    cure: 'Look at the weights and the precision first: rcc verify.',
  }),
} as const;
