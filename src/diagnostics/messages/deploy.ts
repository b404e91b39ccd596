import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** What stands between an artifact and the place that it is for. */
export const deployMessages = {
  'deploy-option-idle': row<{ option: string; destination: string; able: readonly string[] }>({
    severity: 'warning',
    message: ({ option, destination, able }) =>
      `${option} changes nothing for ${destination}: it is meant for ${listText(able)}.`,
    cause: 'The option belongs to another destination.',
    cure: 'Leave it out, or name the destination that it is meant for with --to.',
  }),
  'deploy-name': row<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `'${name}' is no name of a folder that a server reads.`,
    hint: () =>
      'Letters, digits, `_`, `-` and `.`, with a letter, a digit or `_` first: --name NAME.',
    cause: 'What is deployed becomes a folder of this name, and a part of addresses.',
    example: '--name ../resnet',
    cure: 'Give another --name.',
  }),
  'artifact-file-damaged': row<{ path: string; isThere: boolean }>({
    severity: 'error',
    message: ({ path, isThere }) =>
      isThere
        ? `'${path}' is not the file that its manifest records: its SHA-256 is another.`
        : `'${path}' is not there, though its manifest records it.`,
    hint: () => '`rcc rebuild DIR` makes the artifact anew from its spec and weights.',
    cause: 'A file of the artifact was changed, cut short or lost since it was compiled.',
    cure: 'Copy the artifact again, or compile it again.',
  }),
  'deploy-foreign-file': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' is there, and rcc did not write it.`,
    hint: () => 'Give another --name or --output, or move the file away.',
    cause:
      'A file of somebody else has the name of one that would be written; nothing is overwritten.',
    cure: 'Give another --name or --output, or move the file away. Nothing was changed.',
  }),
  'deploy-edited-file': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' was changed since rcc wrote it.`,
    hint: () => 'Move it away and deploy again, then take the change over by hand.',
    cause: 'Somebody edited a file of a deployment; what was edited is not overwritten.',
    cure: 'Move the file away, or deploy under another --name or --output. Nothing was changed.',
  }),
  'deploy-version-exists': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' is there with other content, and is never changed.`,
    hint: () => '`--as next` adds a version beside it.',
    cause: 'A server may have loaded this version, and may load it again.',
    cure: 'Deploy with --as next, or into another folder.',
  }),
  'deploy-target-unserved': row<{ directory: string; target: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ directory, target }) =>
      `'${directory}' was made for target ${target}, whose engines no server of rcc's destinations loads.`,
    hint: () => 'Compile with --target tensorrt, onnxruntime or onnx.',
    cause: 'Engines of this target are for programs that load them themselves.',
    example: 'rcc deploy build/resnet50/fp16 --to triton -o models, of an engine of TensorRT-RTX',
    cure: 'Compile the spec for a target that a server has a backend for.',
  }),
  'deploy-other-model': row<{ directory: string; first: string; what: string }>({
    severity: 'error',
    message: ({ directory, first, what }) =>
      `'${directory}' and '${first}' would be one model, but have not the same ${what}.`,
    hint: () => 'Deploy one of them alone, under another --name.',
    cause:
      'Artifacts of one network and precision become one model, an engine a kind of GPU; all of them have to answer alike.',
    example: 'rcc deploy build/t4 build/a10 --to triton -o models, of different weights',
    cure: 'Compile both from the same spec and weights with the same options, or deploy them apart.',
  }),
  'deploy-same-gpu': row<{ directory: string; first: string; computeCapability: string }>({
    severity: 'error',
    message: ({ directory, first, computeCapability }) =>
      `'${directory}' and '${first}' would be one model, and both are for ${computeCapability}.`,
    hint: () => 'Deploy one of them, or the second under another --name.',
    cause: 'A server takes one file a kind of GPU, told by its compute capability.',
    cure: 'Deploy one of them, or give each its own --name.',
  }),
  'deploy-one-name': row<{ name: string; count: number }>({
    severity: 'error',
    message: ({ name, count }) => `--name ${name} is one name for ${count} models.`,
    hint: () => 'Deploy them one after the other, each with its --name.',
    cause: 'Artifacts of several networks or precisions become a model each.',
    cure: 'Leave --name out, or deploy them one after the other.',
  }),
  'triton-config': row<{ path: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ path }) => `Triton would not serve '${path}' rightly:`,
    cause:
      'A rule of Triton that decides whether a model is loaded, or answered rightly, is broken.',
    example: 'An engine of batch 4 with dynamic batching.',
    cure: 'Each line says what Triton says. `rcc deploy` writes configurations that keep all of these rules.',
  }),
  'triton-config-unreadable': row<{ path: string; reason: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ path, reason }) =>
      `'${path}' is no configuration of Triton, which says "failed to read text proto": ${reason}.`,
    cause:
      'config.pbtxt is a protobuf text of ModelConfig; Triton refuses the model for a field that it does not know.',
    example: 'max_batchsize: 8',
    cure: 'Correct the field, or let `rcc deploy` write the file.',
  }),
  'triton-no-model': row<{ directory: string }>({
    severity: 'error',
    message: ({ directory }) =>
      `'${directory}' is no model repository: no folder of it holds a config.pbtxt.`,
    cause: 'A repository holds a folder a model, with config.pbtxt and folders of versions in it.',
    cure: 'Name the repository, or the folder of one model; `rcc deploy` writes one.',
  }),
  'triton-data-type': row<{ name: string; dataType: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ name, dataType }) => `Triton has no type for ${dataType}, which '${name}' is.`,
    cause: 'Clients of a server exchange numbers of a few types; this one is not among them.',
    cure: 'Compile with another --input-type.',
  }),
  'triton-batch-fixed': row<{ directory: string; batches: string; rebuild: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ directory, batches }) =>
      `The engines in '${directory}' have fixed batches (${batches}): Triton cannot batch requests for them.`,
    hint: ({ rebuild }) =>
      `Build one that takes every batch: ${rebuild} (or --max-batch 0: no batching, no labels)`,
    cause:
      'Dynamic batching needs an engine whose batch is symbolic, from 1 to its largest: "configuration specified max-batch 8 but TensorRT engine only supports max-batch 0".',
    example: 'rcc compile SPEC --target tensorrt, which builds an engine each for 1, 4 and 8.',
    cure: 'Compile with --profile 1:8:8. With --max-batch 0 the smallest engine is served as it is: every request has its batch, and no labels are answered.',
  }),
  'triton-batch-needed': row<{ directory: string }>({
    severity: 'error',
    message: ({ directory }) =>
      `--max-batch 0 does not go with '${directory}': its backend computes one batch alone, and has to be told which.`,
    hint: () => 'Leave it out for one picture a request, or give the number that clients send.',
    cause:
      'The backend compiles a model for max_batch_size; without one the batch stays open, and nothing was tried or is known of that.',
    example: 'rcc deploy build/digits/bf16 --to triton --max-batch 0 -o models',
    cure: 'Leave --max-batch out, or give the number of pictures that clients send at once.',
  }),
  'triton-float-input': row<{ model: string; rebuild: string }>({
    severity: 'note',
    message: ({ model }) =>
      `'${model}' takes float32 that each client normalises itself: four times the bytes of pixels on the wire, and a second place where it can go wrong.`,
    hint: ({ rebuild }) => `A model that takes pixels: ${rebuild}`,
    cause: 'The artifact was compiled with the default --input-type float32.',
    cure: 'Compile with --input-type uint8-nhwc: the model normalises, clients send what a decoder gives them.',
  }),
  'kserve-storage': row<{ uri: string; folder: string }>({
    severity: 'note',
    message: ({ uri, folder }) =>
      `storageUri is the placeholder ${uri}: KServe fetches models from a store, not from '${folder}'.`,
    hint: () => 'Copy that folder to the store and deploy again with --storage-uri URI.',
    cause: 'A cluster cannot see the folder on this machine.',
    cure: 'Give --storage-uri, such as s3://bucket/models, gs://…, or pvc://claim/models.',
  }),
  'kserve-same-service': row<{ models: readonly string[]; service: string }>({
    severity: 'error',
    message: ({ models, service }) =>
      `The models ${listText(
        models.map((model) => `'${model}'`),
        ' and ',
      )} would be one service in Kubernetes, '${service}'.`,
    hint: () => 'Deploy them one after the other, each with its --name.',
    cause:
      'Kubernetes has lower-case letters, digits and `-` alone in the names of services, 63 of them at most; these names differ in nothing else.',
    example: 'rcc deploy build/net_a build/net-a --to kserve -o kserve',
    cure: 'Deploy them one after the other, each with a --name that stays different in lower case.',
  }),
  'serve-io-layout': row<{ path: string; layout: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ path, layout }) =>
      `The engines of '${path}' lay their input or output out as ${layout}; a server exchanges plain rows.`,
    hint: () => 'Compile without --input-format and --output-format, or with a layout of chw.',
    cause: 'Vectorised layouts of TensorRT are for programs that pass GPU buffers.',
    example: 'rcc compile SPEC --fp16 --input-format fp16:chw16',
    cure: 'Compile with the layout chw.',
  }),
  'serve-stripped': row<{ path: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ path }) =>
      `The engines of '${path}' have no weights in them; a server cannot refit them.`,
    hint: () => 'Compile without --strip-weights.',
    cause:
      'An engine that was built with --strip-weights gets its weights from the program that loads it.',
    cure: 'Compile it again without --strip-weights.',
  }),
  'serve-image-unknown': row<{ tensorrt: string; nearest: string | undefined }>({
    severity: 'warning',
    message: ({ tensorrt, nearest }) =>
      `No image of Triton is known that holds TensorRT ${tensorrt}${nearest ? `; ${nearest} is the nearest` : ''}.`,
    hint: () =>
      'Engines load only in the release that built them: build inside nvcr.io/nvidia/tensorrt:TAG-py3 and serve with tritonserver:TAG-py3 of the same tag.',
    cause:
      'The engines were built with a TensorRT that is in none of the monthly images that rcc knows.',
    cure: 'Build them with the TensorRT of the serving image (--trtexec takes a docker command).',
  }),
  'serve-version-compatible': row<{ tensorrt: string }>({
    severity: 'warning',
    message: ({ tensorrt }) =>
      `Engines that load in releases after TensorRT ${tensorrt} bring code that the server runs: serve only files that you trust.`,
    cause:
      'A version-compatible plan holds a runtime of its own; Triton runs it with --backend-config=tensorrt,version-compatible=true.',
    cure: 'Compile without --version-compatible where the server has the same TensorRT.',
  }),
} as const;
