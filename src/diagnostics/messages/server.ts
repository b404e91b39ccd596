import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** Of servers that models run on: what they answer, and what they do not. */
export const serverMessages = {
  'server-address': row<{ given: string }>({
    severity: 'error',
    message: ({ given }) => `'${given}' is no address of a server.`,
    hint: () => 'An address is http://HOST:PORT; Triton listens for HTTP on port 8000.',
    cause:
      'rcc speaks KServe v2 over HTTP. gRPC, which Triton has on port 8001, is another protocol.',
    example: 'rcc verify resnet50.rn --server http://127.0.0.1:8000 --model resnet50',
    cure: 'Give http:// or https://, a host and a port, and a path where a proxy wants one.',
  }),
  'server-unreachable': row<{ address: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ address, reason }) => `${address} does not answer: ${reason}.`,
    hint: () => 'Is the server running, and is this its HTTP port (Triton: 8000)?',
    cause: 'Nothing listens there, the name is unknown, or something between cuts the connection.',
    cure: 'Start the server, and ask it by hand: curl -i http://HOST:PORT/v2/health/ready.',
  }),
  'server-slow': row<{ address: string; what: string; timeoutMs: number }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ address, what, timeoutMs }) =>
      `${address} did not answer ${what} within ${timeoutMs} ms.`,
    hint: () => 'Give it longer with --server-timeout MS.',
    cause: 'The server is busy, loads a model, waits for a batch to fill, or hangs.',
    cure: 'Give a longer --server-timeout. In Triton a large max_queue_delay_microseconds makes single requests wait.',
  }),
  'server-answer': row<{ address: string; what: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ address, what, reason }) =>
      `What ${address} answers to ${what} is not KServe v2: ${reason}.`,
    hint: () => 'Is it an inference server, or a proxy or a page before it?',
    cause:
      'The answer was cut short, is no JSON, or has another form than the protocol’s. Metrics and gRPC ports answer other things.',
    cure: 'Give the HTTP port of the server itself. Where it is right, look into the log of the server and of the proxy before it.',
  }),
  'server-refused': row<{ address: string; what: string; status: number; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ address, what, status, reason }) =>
      `${address} refused ${what} (HTTP ${status}): ${reason}.`,
    cause: 'The server understood the request and did not want or could not do it.',
    cure: 'Read its reason, which is repeated in the message, and its log.',
  }),
  'server-not-ready': row<{ address: string; what: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ address, what }) => `${address} is up, but ${what} is not ready.`,
    hint: () => 'Wait until it has loaded its models, or read its log.',
    cause: 'Models are still loading, or one of them could not be loaded.',
    cure: 'Wait for GET /v2/health/ready. Where that does not come, the log says which model failed and why.',
  }),
  'server-model-unknown': row<{ address: string; model: string; reason: string }>({
    severity: 'error',
    message: ({ address, model, reason }) => `${address} has no model '${model}': ${reason}.`,
    hint: () => '--model takes the name under which the server has it: in Triton the folder’s.',
    cause: 'The server serves other models, or this one could not be loaded.',
    cure: 'Look for the name in the server’s repository. Triton lists its models: curl -X POST http://HOST:PORT/v2/repository/index.',
  }),
  'server-version-unknown': row<{
    address: string;
    model: string;
    version: string;
    versions: readonly string[];
  }>({
    severity: 'error',
    message: ({ address, model, version, versions }) =>
      `${address} serves no version ${version} of '${model}'${versions.length > 0 ? `; it serves ${listText(versions, ' and ')}` : ''}.`,
    hint: () => 'Triton serves the latest version alone unless the version_policy says otherwise.',
    cause: 'The version is not in the repository, or the model’s policy leaves it out.',
    cure: 'Name a version that is served, or leave --model-version out: the server then takes its default.',
  }),
  'server-type-unsendable': row<{ address: string; name: string; datatype: string }>({
    severity: 'error',
    message: ({ address, name, datatype }) =>
      `'${name}' is ${datatype}, which ${address} cannot be sent: it takes JSON only, and JSON has no such number.`,
    cause:
      'Numbers of 16 bits travel as binary tensors, and the server does not list the extension binary_tensor_data.',
    cure: 'Serve the model with an input of FP32 or UINT8, or on a server that takes binary tensors, as Triton does.',
  }),
  'server-json-tensors': row<{ address: string }>({
    severity: 'note',
    message: ({ address }) =>
      `${address} takes no binary tensors: numbers go and come as JSON, which is slow.`,
    cause: 'Its /v2 does not list the extension binary_tensor_data.',
    cure: 'Nothing is wrong with what is judged. Times hold the making and reading of JSON.',
  }),
  'server-tensor-differs': row<{
    model: string;
    kind: 'input' | 'output';
    expected: string;
    found: string;
    /** Forms of input that what was found may be. */
    forms: readonly string[];
  }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, kind, expected, found }) =>
      `As ${kind} the server's '${model}' has ${found}; it should have ${expected}.`,
    hint: ({ forms }) =>
      forms.length > 0
        ? `Another artifact is deployed there, one of --input-type ${listText(forms, ' or ')}: verify against its folder, or deploy this one under a --name of its own.`
        : 'Another artifact is deployed there: verify against its folder, or deploy this one under a --name of its own.',
    cause:
      'The server has a model of another spec, precision or form of input, or its configuration says something else than the file.',
    cure: 'Serve the artifact that was meant, or verify against the spec, folder and --input-type that it was made from.',
  }),
  'server-batch-accepted': row<{ model: string; batch: number; largest: number }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, batch, largest }) =>
      `The server's '${model}' answered a batch of ${batch}, although it says that ${largest} is the most.`,
    cause: 'What the server says of its model is not what it does; nobody knows what it computed.',
    cure: 'Look at max_batch_size in its configuration, and at what stands between it and rcc.',
  }),
  'server-batch-refused': row<{ model: string; batch: number; reason: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, batch, reason }) =>
      `The server's '${model}' refused a batch of ${batch}, which it should take: ${reason}.`,
    cause:
      'The largest batch of the configuration is more than the engine was built for, or the backend failed on it.',
    cure: 'Build the engine for the batches that are served, for TensorRT with --profile MIN:OPT:MAX, or lower max_batch_size.',
  }),
  'server-labels-differ': row<{ model: string; reason: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, reason }) => `The labels of the server's '${model}' are wrong: ${reason}.`,
    cause:
      'The output names no label_filename, or the file is another list. With max_batch_size 0 Triton ranks all rows of a batch together, without labels.',
    cure: 'Put the artifact’s labels.txt beside config.pbtxt, name it in label_filename, and serve with max_batch_size 1 or more.',
  }),
  'server-option': row<{ problem: string }>({
    severity: 'error',
    message: ({ problem }) => `${problem}.`,
    hint: () => '--server URL and --model NAME go together.',
    cause: 'Options of running servers were given without a server, or the other way round.',
    example: 'rcc verify build/digits/fp32 --server http://127.0.0.1:8000 --model digits',
    cure: 'Give --server with --model, and one spec or folder of an artifact.',
  }),
  'server-option-idle': row<{ option: string }>({
    severity: 'warning',
    message: ({ option }) => `${option} changes nothing where a server runs the model.`,
    cause: 'The option says how an engine is built or run here, and none is.',
    cure: 'Leave it out.',
  }),
  'server-batch-untried': row<{ model: string; batch: number; megabytes: number }>({
    severity: 'warning',
    message: ({ model, batch, megabytes }) =>
      `A batch of ${batch} of '${model}' has ${megabytes} MB and was not tried.`,
    hint: () => 'Name sizes to try with --batches.',
    cause: 'The largest batch of the server’s configuration is more than a request should hold.',
    cure: 'Lower max_batch_size to what is used, or name the batch sizes with --batches.',
  }),
  'server-timing-unsteady': row<{ model: string }>({
    severity: 'warning',
    message: ({ model }) => `Times of '${model}' on the server are not steady.`,
    cause:
      'Other requests, other programs on either machine, or the network take turns with the timing; the lines below say how it shows.',
    cure: 'Time longer with --duration, on machines that do nothing else.',
  }),
} as const;
