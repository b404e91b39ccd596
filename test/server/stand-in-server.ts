/* A server that speaks KServe v2 for one model, written from the protocol and not with what it judges; each part of it may be replaced by a fault. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoadedEngine } from '../../engines/engine.ts';

/** How a path is answered in place of the model. */
export type Fault = (response: ServerResponse, body: Buffer) => void;

export interface StandInOptions {
  readonly engine: LoadedEngine;
  readonly labels?: readonly string[];
  readonly extensions?: readonly string[];
  readonly maxBatch?: number;
  /** By the end of the path: `/infer`, `/config`. */
  readonly faults?: Readonly<Record<string, Fault>>;
}

export interface StandIn {
  readonly address: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export const json =
  (data: unknown, status = 200): Fault =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(data));
  };

interface Request {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data?: readonly number[];
  }[];
  readonly outputs: readonly { readonly parameters: { readonly classification?: number } }[];
}

function classesOf(logits: Float32Array, labels: readonly string[]): readonly string[] {
  const order = [...logits.keys()].sort((a, b) => Number(logits[b]) - Number(logits[a]));
  return order.map((index) => `${logits[index]}:${index}:${labels[index]}`);
}

function packTexts(texts: readonly string[]): Buffer {
  const parts = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

async function infer(
  { engine, labels = [], maxBatch = 4 }: StandInOptions,
  headers: IncomingMessage['headers'],
  body: Buffer,
): Promise<Fault> {
  const told = headers['inference-header-content-length'];
  const end = told === undefined ? body.length : Number(told);
  const { inputs, outputs }: Request = JSON.parse(body.subarray(0, end).toString());
  const [input] = inputs;
  const { name = '', shape = [], data } = input ?? {};
  if (Number(shape[0]) > maxBatch) return json({ error: `batch ${shape[0]} is too large` }, 400);
  const bytes = data
    ? new Uint8Array(Float32Array.from(data).buffer)
    : Uint8Array.from(body.subarray(end));
  const answer = await engine.run({ [name]: { dataType: 'float32', shape, bytes } });
  const logits = answer.logits ?? { bytes: new Uint8Array(), shape: [] };
  const numbers = new Float32Array(Uint8Array.from(logits.bytes).buffer);
  if (told === undefined) {
    const output = { name: 'logits', datatype: 'FP32', shape: logits.shape, data: [...numbers] };
    return json({ model_name: 'digits', outputs: [output] });
  }
  const isClasses = outputs[0]?.parameters.classification !== undefined;
  const rows = Array.from({ length: Number(shape[0]) }, (_, i) =>
    numbers.subarray(i * 10, i * 10 + 10),
  );
  const packed = isClasses
    ? packTexts(rows.flatMap((row) => classesOf(row, labels)))
    : Buffer.from(logits.bytes);
  const described = {
    name: 'logits',
    datatype: isClasses ? 'BYTES' : 'FP32',
    shape: logits.shape,
    parameters: { binary_data_size: packed.length },
  };
  const header = Buffer.from(JSON.stringify({ model_name: 'digits', outputs: [described] }));
  return (response) => {
    response.writeHead(200, { 'inference-header-content-length': String(header.length) });
    response.end(Buffer.concat([header, packed]));
  };
}

async function handle(
  options: StandInOptions,
  { url = '', headers }: IncomingMessage,
  body: Buffer,
): Promise<Fault> {
  const { faults = {}, maxBatch = 4, labels } = options;
  const fault = Object.entries(faults).find(([end]) => url.endsWith(end));
  if (fault) return fault[1];
  const usual = ['classification', 'binary_tensor_data'];
  const { extensions = labels ? usual : usual.slice(1) } = options;
  const answers: Readonly<Record<string, Fault>> = {
    '/v2': json({ name: 'stand-in', version: '1', extensions }),
    '/v2/health/ready': json({}),
    '/v2/models/digits': json({
      name: 'digits',
      versions: ['1'],
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 1, 32, 32] }],
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
    }),
    '/v2/models/digits/ready': json({}),
    '/v2/models/digits/config': json({ max_batch_size: maxBatch }),
  };
  if (url === '/v2/models/digits/infer') return await infer(options, headers, body);
  return answers[url] ?? json({ error: `Request for unknown model: ${url} is not found` }, 404);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url ?? '');
    const body = await bodyOf(request);
    (await handle(options, request, body))(response, body);
  });
  const port = await listen(server);
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
