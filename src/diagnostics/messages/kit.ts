import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { printable } from '../printable.ts';

/** What is told of an attempt that is not done. */
export interface AttemptFacts {
  readonly attempt: string;
  /** What was seen, a clause. */
  readonly reason: string;
  /** The command that measures again. */
  readonly again: string;
}

const attemptCause =
  'An attempt of a kit did not give what it was made for. Its own files say so, whatever a scheduler says.';

export const kitMessages = {
  'kit-needs-gpu': row<Record<string, never>>({
    severity: 'error',
    message: () => 'A kit is for one kind of GPU, and --gpu does not name it.',
    hint: () =>
      'Write --gpu t4, --gpu v100 or a compute capability, as --gpu 8.7 for a Jetson Orin.',
    cause: 'rcc pack makes a kit for another machine, which it cannot ask.',
    example: 'rcc pack resnet50_vd --fp16 -o kit',
    cure: 'Name the GPU; `nvidia-smi -L` lists those of the other machine.',
  }),
  'kit-releases': row<{ releases: string }>({
    severity: 'note',
    message: ({ releases }) =>
      `The kit is for TensorRT ${releases}; run.sh looks which one is there.`,
    cause: 'Releases want different graphs of a lower precision, and a kit holds one.',
    cure: 'Write --trt RELEASE for another: `rcc pack … --trt 8.6`.',
  }),
  'kit-not-found': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${printable(path)}' is neither a kit nor an attempt of one.`,
    hint: () => 'Name the folder that rcc pack wrote, or one of its attempts with --kit KIT.',
    cause: 'The folder has no manifest of a kit, and no kit is two folders above it.',
    example: 'rcc collect results/',
    cure: 'An attempt is judged by its kit: keep both, or say where the kit is.',
  }),
  'kit-changed': row<{ path: string; files: readonly string[] }>({
    severity: 'error',
    message: ({ path, files }) =>
      `The kit '${printable(path)}' was changed after it was packed: ${listText(files.map(printable))}.`,
    hint: () => 'Pack it again, and run the new one.',
    cause:
      'Files of the kit have other digests than its manifest and kit.sha256 say, so that nobody knows what was measured.',
    cure: 'Pack anew. To change what trtexec is asked, use the options of rcc pack (--build-argument, --run-argument).',
  }),
  'kit-other': row<{ attempt: string; kit: string }>({
    severity: 'error',
    message: ({ attempt, kit }) =>
      `The attempt '${printable(attempt)}' is not of the kit '${printable(kit)}' as it is now.`,
    hint: () => 'Run the kit again, or name with --kit the one that the attempt was made with.',
    cause: 'An attempt notes the digest of its kit, and this is another one.',
    cure: 'A kit that is packed anew keeps its attempts; those of the earlier kit stay as they are and are not collected.',
  }),
  'kit-not-run': row<{ kit: string; again: string }>({
    severity: 'error',
    message: ({ kit }) => `The kit '${printable(kit)}' has no attempt yet.`,
    hint: ({ again }) => `On the machine with the GPU: ${again}`,
    cause: 'Nothing was run, or its folder attempts/ did not come back.',
    cure: 'Run run.sh there, and copy the kit with its attempts back.',
  }),
  'attempt-failed': row<AttemptFacts>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ attempt, reason }) => `${printable(attempt)} failed: ${reason}.`,
    hint: ({ again }) => `The same again would fail again. When the cause is gone: ${again}`,
    cause: attemptCause,
    cure: 'What trtexec said stands above and in its logs in the attempt’s folder.',
  }),
  'attempt-timeout': row<AttemptFacts>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ attempt, reason }) =>
      `${printable(attempt)} was ended before it was done: ${reason}.`,
    hint: ({ again }) => `Give it more time: ${again} (engines that are built are taken again).`,
    cause: attemptCause,
    cure: 'A time limit or a person ended it. A new attempt takes the engines of the old one.',
  }),
  'attempt-lost': row<AttemptFacts>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ attempt, reason }) => `${printable(attempt)} has no exit.json: ${reason}.`,
    hint: ({ again }) =>
      `If it does not run any more: ${again} (engines that are built are taken again).`,
    cause:
      'run.sh writes exit.json last. Without it the attempt still runs, or it was killed, or its disk was full.',
    cure: 'Look whether it runs; else run the kit again, on another machine if this one loses jobs.',
  }),
  'attempt-partial': row<AttemptFacts & { missing: readonly number[] }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ attempt, missing, reason }) =>
      `${printable(attempt)} timed some batches and not ${listText(missing)}: ${reason}.`,
    hint: ({ again }) => `What there is is kept. For the rest: ${again}`,
    cause: attemptCause,
    cure: 'Often a large batch does not fit into the GPU: pack a kit with smaller ones (--batches 1,4).',
  }),
  'attempt-unstable': row<AttemptFacts>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ attempt, reason }) =>
      `${printable(attempt)} is timed, but not steadily: ${reason}.`,
    hint: ({ again }) => `On a GPU that nobody else uses and that is cool: ${again}`,
    cause:
      'The GPU was throttled or shared, or the times spread too far: the next run would say something else.',
    cure: 'Run it again. Figures that are not steady are marked so in the bench file.',
  }),
  'attempt-stand-in': row<{ attempt: string }>({
    severity: 'warning',
    message: ({ attempt }) =>
      `${printable(attempt)} was made by the stand-in for trtexec: its figures are invented and no measurements.`,
    cause: 'Tests run kits with a program that takes trtexec’s place and runs on no GPU.',
    cure: 'Never publish them. Run the kit with NVIDIA’s trtexec.',
  }),
  'attempt-unreadable': row<{ attempt: string; file: string; reason: string }>({
    severity: 'error',
    message: ({ attempt, file, reason }) =>
      `${file} of ${printable(attempt)} cannot be read: ${reason}.`,
    cause: 'A file that run.sh wrote was changed or damaged on its way.',
    cure: 'Copy the attempt’s folder again.',
  }),
} as const;
