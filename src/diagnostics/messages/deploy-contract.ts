import { row } from '../message-row.ts';
import { printable } from '../printable.ts';

/** What those who call a deployed model may rely on: that it was trained, and that its tensors stay. */
export const deployContractMessages = {
  'deploy-synthetic-weights': row<{ directory: string; rebuild: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ directory }) =>
      `'${directory}' has made-up weights: whoever asks it gets nonsense for an answer.`,
    hint: ({ rebuild }) =>
      `Compile it with trained weights: ${rebuild} (or --allow-synthetic, to time a server alone)`,
    cause: 'The artifact was compiled without a weights file; its manifest says so.',
    example: 'rcc compile resnet50 --target onnx -o r50 && rcc deploy r50 --to triton -o models',
    cure: 'Compile with --weights FILE. A repository for timing alone is written with --allow-synthetic.',
  }),
  'deploy-no-labels': row<{ directory: string }>({
    severity: 'note',
    message: ({ directory }) =>
      `'${directory}' has no labels: what is deployed answers numbers of classes, not names.`,
    hint: () => 'Name them in the spec (`labels "labels.txt"`, one a line) and compile again.',
    cause: 'The spec names no labels file, so the artifact has none.',
    cure: 'Add `labels` to the spec, or leave it so where clients know the classes.',
  }),
  'deploy-other-tensors': row<{ model: string; path: string; before: string; now: string }>({
    severity: 'error',
    message: ({ model, path, before, now }) =>
      `'${path}' says that '${printable(model)}' is ${before}; it would be ${now}. Clients of it would break, and its earlier versions would not fit.`,
    hint: () =>
      'Deploy it under another --name, or compile it with the --input-type and --output-type of the versions that are there.',
    cause:
      'All versions of a model have one configuration: inputs, outputs and backend have to stay as they are.',
    example: 'rcc deploy build/pixels --to triton --name digits --as next -o models, over float32',
    cure: 'Give another --name, and move clients to it; or compile with the same --input-type, --output-type and target.',
  }),
  'triton-unserved-version': row<{ path: string; version: number }>({
    severity: 'warning',
    message: ({ path, version }) =>
      `'${path}' does not serve version ${version}, and could not: going back to it would fail.`,
    cause:
      'The version policy serves others (the newest, where it says nothing), and the file of this one is not what the configuration says.',
    cure: 'Each line says what does not fit. Remove the version, or move it to a model of another name.',
  }),
  'classify-synthetic': row<{ directory: string }>({
    severity: 'warning',
    message: ({ directory }) =>
      `'${directory}' has made-up weights: its answers say nothing of the pictures.`,
    hint: () => 'Compile it with --weights FILE.',
    cause: 'The artifact was compiled without a weights file; its manifest says so.',
    cure: 'Compile with trained weights.',
  }),
  'classify-repository': row<{ directory: string }>({
    severity: 'error',
    message: ({ directory }) =>
      `'${directory}' is a model repository of Triton, which a server reads; rcc classifies with artifacts.`,
    hint: () =>
      'Give the folder that was deployed (`rcc compile -o`), or ask the server: `rcc verify --server URL --model NAME FOLDER --picture PICTURE`.',
    cause: 'The folder holds a config.pbtxt and folders of versions: `rcc deploy` wrote it.',
    example: 'rcc classify models four.png',
    cure: 'Name the artifact, or ask a running server.',
  }),
} as const;
