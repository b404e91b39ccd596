import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LoadedEngine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { rcc } from '../helpers/cli.ts';
import {
  type Fault,
  json,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from './stand-in-server.ts';

const digits = 'examples/digits/digits.rn';
const labels = readFileSync('examples/digits/labels.txt', 'utf8').trim().split('\n');

let folder = '';
let artifact = '';
let engine: LoadedEngine;
let server: StandIn | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-server-'));
  artifact = join(folder, 'fp32');
  const { exitCode, stderr } = await rcc(
    ...['compile', digits, '--target', 'onnx', '--no-verify', '-o', artifact],
  );
  expect(exitCode, stderr).toBe(0);
  engine = await createOnnxruntimeEngine({ threads: 1 }).load(join(artifact, 'model.onnx'));
}, 60_000);
afterEach(async () => await server?.close());
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What `rcc COMMAND --server` says of a stand-in. */
async function ask(
  options: Partial<StandInOptions>,
  words: readonly string[] = ['verify', digits],
  name = 'digits',
) {
  server = await startStandIn({ engine, ...options });
  const { exitCode, stdout } = await rcc(
    ...[...words, '--server', server.address, '--model', name, '--json'],
  );
  const { result, diagnostics } = JSON.parse(stdout);
  const [first] = Array.isArray(result) ? result : [result];
  const checks: readonly Check[] = first?.checks ?? [];
  const codes: readonly string[] = diagnostics.map(({ code }: { code: string }) => code);
  const text: string = diagnostics.map(({ message }: { message: string }) => message).join('\n');
  return { exitCode, checks, codes, text, result: first, asked: server.asked };
}

describe('rcc verify --server', () => {
  it('judges tensors, both batches, one too many, labels and a picture', async () => {
    const words = ['verify', digits, '--picture', 'examples/digits/four.png'];
    const { exitCode, checks, codes } = await ask({ labels }, words);
    expect(checks.map(({ what, ok }) => [what, ok])).toEqual([
      ['tensors', true],
      ['batch 1', true],
      ['batch 4', true],
      ['batch 5', true],
      ['labels', true],
      ['picture', true],
    ]);
    expect(checks.at(-1)?.detail).toContain("class 4, 'four'");
    expect(codes).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it('judges an artifact by the answer in its manifest, where the input for that is named', async () => {
    const words = (input: string) => ['verify', artifact, '--input', input];
    const golden = await ask({}, words('examples/digits/reference.input.npy'));
    expect(golden.checks.map(({ ok }) => ok)).not.toContain(false);
    const told = golden.checks.filter(({ detail }) => detail.includes('the reference in'));
    expect(told.map(({ what }) => what)).toEqual(['batch 1', 'batch 4']);
    await server?.close();
    const zeros: LoadedEngine = {
      ...engine,
      async run(inputs, signal) {
        const { logits } = await engine.run(inputs, signal);
        if (!logits) throw new Error('no logits');
        return { logits: { ...logits, bytes: logits.bytes.map(() => 0) } };
      },
    };
    const other = await ask({ engine: zeros }, words('examples/digits/reference.input.npy'));
    expect(other.exitCode).toBe(1);
    await server?.close();
    const file = join(folder, 'other.npy');
    const bytes = readFileSync('examples/digits/reference.input.npy');
    bytes.fill(0, 1000);
    writeFileSync(file, bytes);
    const another = await ask({}, words(file));
    expect(another.codes).toEqual(['reference-not-golden']);
    expect(another.text).toContain('its reference is another input');
  });

  it('takes no model for the truth that is not the one that was compiled', async () => {
    const changed = join(folder, 'changed');
    cpSync(artifact, changed, { recursive: true });
    appendFileSync(join(changed, 'model.onnx'), 'x');
    const { codes, exitCode } = await ask({}, ['verify', changed]);
    expect(codes).toEqual(['artifact-file-damaged']);
    expect(exitCode).toBe(2);
  });

  it('judges against the folder of an artifact, and with the reference that is named', async () => {
    const files = ['input', 'logits'].flatMap((part) => [
      `--${part}`,
      `examples/digits/reference.${part}.npy`,
    ]);
    const { exitCode, checks } = await ask({ labels }, ['verify', artifact, ...files]);
    expect(exitCode).toBe(0);
    expect(checks[1]?.detail).toContain('against the reference');
  });

  it('says that a folder has a precision of its own', async () => {
    const { codes } = await ask({ labels }, ['verify', artifact, '--int8']);
    expect(codes).toEqual(['server-option']);
  });

  it('sends and reads JSON where the server takes nothing else', async () => {
    const { exitCode, codes, checks } = await ask({ extensions: [] });
    expect(checks.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(checks.at(-1)?.detail).toContain('not compared');
    expect(codes).toEqual(['server-json-tensors']);
    expect(exitCode).toBe(0);
  });

  it('tries no batch that it cannot know of', async () => {
    const { checks } = await ask({ faults: { '/config': json({ error: 'none' }, 404) } });
    expect(checks.map(({ what }) => what)).toEqual(['tensors', 'batch 1', 'labels']);
  });

  it.each([
    ['another list', labels.toReversed(), 'zero'],
    ['none', labels.map(() => ''), "the label ''"],
  ])('finds labels that are wrong: %s', async (_, wrong, found) => {
    const { exitCode, codes, text } = await ask({ labels: wrong });
    expect(codes).toEqual(['server-labels-differ']);
    expect(text).toContain(found);
    expect(exitCode).toBe(1);
  });
});

/** Logits as JSON, whatever was asked. */
const values = (data: readonly unknown[]): Fault =>
  json({ outputs: [{ name: 'logits', datatype: 'FP32', shape: [1, 10], data }] });
const nested = '['.repeat(100_000) + ']'.repeat(100_000);

describe('a server that lies about itself', () => {
  it('cannot put a line of its own into what is printed', async () => {
    const name = 'stand-in\ndigits: passed';
    const { result } = await ask({
      faults: { '/v2': json({ name, version: '1\n2', extensions: ['binary_tensor_data'] }) },
    });
    expect(result.facts.server).toMatchObject({ name: 'stand-in digits: passed', version: '1 2' });
  });
});

const infer = (fault: Fault): Omit<StandInOptions, 'engine'> => ({ faults: { '/infer': fault } });
const raw =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Fault =>
  (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

const page = raw('<!doctype html><title>Welcome</title>', { 'content-type': 'text/html' });

/** Logits of zeros for as many pictures as were sent. */
const zeros: Fault = (response, body) => {
  const end = body.indexOf('}]}') + 3;
  const batch = Number(/"shape":\[(\d+)/.exec(body.subarray(0, end).toString())?.[1]);
  const parameters = { binary_data_size: 40 * batch };
  const output = { name: 'logits', datatype: 'FP32', shape: [batch, 10], parameters };
  const header = Buffer.from(JSON.stringify({ outputs: [output] }));
  response.writeHead(200, { 'inference-header-content-length': String(header.length) });
  response.end(Buffer.concat([header, Buffer.alloc(40 * batch)]));
};

const cut: Fault = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"outputs"');
  setTimeout(() => response.destroy(), 20);
};

const short: Fault = (response) => {
  const parameters = { binary_data_size: 40 };
  const output = { name: 'logits', datatype: 'FP32', shape: [1, 10], parameters };
  const header = JSON.stringify({ outputs: [output] });
  raw(`${header}0123456789`, { 'inference-header-content-length': String(header.length) })(
    response,
    Buffer.alloc(0),
  );
};

const otherOutput = json({
  outputs: [{ name: 'softmax', datatype: 'FP32', shape: [1, 10], data: Array(10).fill(0) }],
});
const metadata = (input: object): Omit<StandInOptions, 'engine'> => ({
  faults: {
    '/models/digits': json({
      name: 'digits',
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 1, 32, 32], ...input }],
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
    }),
  },
});

const faults: readonly (readonly [
  string,
  Omit<StandInOptions, 'engine'>,
  { readonly code: string; readonly exit: number; readonly says: string },
])[] = [
  ['a page', { faults: { '/v2': page } }, { code: 'server-answer', exit: 4, says: 'no JSON' }],
  [
    'garbage',
    { faults: { '/v2': raw(Buffer.alloc(64, 0xff)) } },
    { code: 'server-answer', exit: 4, says: 'no JSON' },
  ],
  [
    'JSON of another kind',
    { faults: { '/v2': json([1]) } },
    { code: 'server-answer', exit: 4, says: 'expected object' },
  ],
  [
    'a server that is not ready',
    { faults: { '/health/ready': raw('', {}, 400) } },
    { code: 'server-not-ready', exit: 4, says: 'the server is not ready' },
  ],
  [
    'a model that is not ready',
    { faults: { '/digits/ready': raw('', {}, 400) } },
    { code: 'server-not-ready', exit: 4, says: "model 'digits'" },
  ],
  [
    'another name of the input',
    metadata({ name: 'x' }),
    { code: 'server-tensor-differs', exit: 1, says: 'has x FP32 [-1, 1, 32, 32]' },
  ],
  [
    'another size',
    metadata({ shape: [-1, 3, 224, 224] }),
    { code: 'server-tensor-differs', exit: 1, says: '[-1, 3, 224, 224]' },
  ],
  [
    'another type',
    metadata({ datatype: 'INT64' }),
    { code: 'server-tensor-differs', exit: 1, says: 'INT64' },
  ],
  ['other numbers', infer(zeros), { code: 'verification-failed', exit: 1, says: 'largest error' }],
  [
    'an error of the server',
    infer(json({ error: 'out of memory' }, 500)),
    { code: 'server-batch-refused', exit: 1, says: 'out of memory' },
  ],
  ['a page in place of numbers', infer(page), { code: 'server-answer', exit: 4, says: 'no JSON' }],
  [
    'HTTP 502 of a proxy',
    infer(raw('Bad Gateway', {}, 502)),
    { code: 'server-answer', exit: 4, says: 'HTTP 502' },
  ],
  ['an answer that is cut off', infer(cut), { code: 'server-answer', exit: 4, says: 'cut short' }],
  [
    'a tensor that is too short',
    infer(short),
    { code: 'server-answer', exit: 4, says: '10 of its 40 bytes' },
  ],
  [
    'texts in place of numbers',
    infer(values(Array(10).fill('x'))),
    { code: 'server-answer', exit: 4, says: 'no numbers' },
  ],
  [
    'nothing in place of numbers',
    infer(values(Array(10).fill(null))),
    { code: 'server-answer', exit: 4, says: 'no numbers' },
  ],
  [
    'rows in rows without an end',
    infer(raw(`{"outputs":[{"name":"logits","datatype":"FP32","shape":[1,10],"data":${nested}}]}`)),
    { code: 'server-answer', exit: 4, says: 'no numbers' },
  ],
  [
    'another output',
    infer(otherOutput),
    { code: 'server-answer', exit: 4, says: "no output 'logits'" },
  ],
  [
    'a header that lies',
    infer(raw('{}', { 'inference-header-content-length': '99' })),
    { code: 'server-answer', exit: 4, says: 'should have 99 bytes' },
  ],
];

describe('what may be wrong with a server', () => {
  it.each(faults)('%s', async (_, options, { code, exit, says }) => {
    const { codes, text, exitCode } = await ask(options);
    expect(codes).toContain(code);
    expect(text).toContain(says);
    expect(exitCode).toBe(exit);
  });

  it('another model and another version', async () => {
    const other = await ask({}, ['verify', digits], 'resnet50');
    expect(other.codes).toEqual(['server-model-unknown']);
    expect(other.exitCode).toBe(2);
    await server?.close();
    const version = await ask({}, ['verify', digits, '--model-version', '7']);
    expect(version.codes).toEqual(['server-version-unknown']);
    expect(version.text).toContain('it serves 1');
  });

  it('a batch that is answered although it is too large', async () => {
    const config = { '/config': json({ max_batch_size: 2 }) };
    const { codes, exitCode } = await ask({ faults: config });
    expect(codes).toEqual(['server-batch-accepted']);
    expect(exitCode).toBe(1);
  });

  it('silence', async () => {
    const { codes, exitCode, asked } = await ask(
      infer(() => undefined),
      [...['verify', digits, '--server-timeout', '300']],
    );
    expect(codes).toEqual(['server-slow']);
    expect(exitCode).toBe(4);
    expect(asked.at(-1)).toBe('/v2/models/digits/infer');
  });

  it('nobody there', async () => {
    const { address, close } = await startStandIn({ engine });
    await close();
    const { stderr, exitCode } = await rcc('verify', digits, '--server', address, '--model', 'x');
    expect(stderr).toContain('nothing listens there');
    expect(exitCode).toBe(4);
  });

  it.each([
    [['--server', 'localhost:8000', '--model', 'x'], 'server-address'],
    [['--server', 'grpc://localhost:8001', '--model', 'x'], 'server-address'],
    [['--server', 'http://127.0.0.1:9'], 'server-option'],
    [['--model', 'x'], 'server-option'],
    [['--picture', 'x.png'], 'server-option'],
    [['--server', 'http://127.0.0.1:9', '--model', 'x', '--fp16', '--int8'], 'server-option'],
  ])('an option that is missing or wrong: %j', async (options, code) => {
    const { stderr, exitCode } = await rcc('verify', digits, ...options);
    expect(stderr).toContain(`[${code}]`);
    expect(exitCode).toBe(2);
  });
});

describe('rcc bench --server', () => {
  const quick = ['--warm-up', '10', '--duration', '50', '--iterations', '20'];

  it('times round trips under each load and writes them where it is told to', async () => {
    const file = join(folder, 'server.json');
    const words = ['bench', ...quick, '--batches', '1,4', '--concurrency', '1,3', '-o', file];
    const { result, exitCode } = await ask({}, words);
    expect(exitCode).toBe(0);
    const loads = result.rows.map(({ batch, concurrency }: Record<string, number>) => [
      batch,
      concurrency,
    ]);
    expect(loads).toEqual([
      [1, 1],
      [1, 3],
      [4, 1],
      [4, 3],
    ]);
    for (const { latency, requests, imagesPerSecond } of result.rows) {
      expect(requests).toBeGreaterThanOrEqual(20);
      expect(imagesPerSecond).toBeGreaterThan(0);
      expect(latency.minMs).toBeLessThanOrEqual(latency.medianMs);
      expect(latency.medianMs).toBeLessThanOrEqual(latency.p99Ms);
    }
    expect(JSON.parse(readFileSync(file, 'utf8')).kind).toBe('rcc-server-bench');
  });

  it('times nothing that is not the model of the spec', async () => {
    const { codes, asked } = await ask(metadata({ name: 'x' }), ['bench', digits, ...quick]);
    expect(codes).toEqual(['server-tensor-differs']);
    expect(asked.filter((path) => path.endsWith('/infer'))).toEqual([]);
  });

  it('is no bench file: rcc report refuses it', async () => {
    const file = join(folder, 'no-bench.json');
    writeFileSync(file, JSON.stringify({ kind: 'rcc-server-bench', schemaVersion: 1, rows: [] }));
    const { exitCode } = await rcc('compare', file, file);
    expect(exitCode).toBe(2);
  });
});
