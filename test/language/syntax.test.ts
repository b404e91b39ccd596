import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specToJson } from '../../src/language/spec-json.ts';
import { codesOf, load, specIn, specWith } from '../helpers/language.ts';

const words = [
  ...['model', 'resnet50_vd', '{', 'depth', '50', 'block', 'bottleneck', 'variant', 'vd'],
  ...[
    'stages',
    '[',
    '3',
    '4',
    '6',
    '3',
    ']',
    'input',
    '3x192x256',
    'classes',
    '10',
    'head',
    'softmax',
  ],
  ...[
    'stride',
    'in',
    'conv1',
    'weights',
    'paddleclas',
    '"a b#c.pdparams"',
    'labels',
    '"x\\\\y\\".txt"',
  ],
  ...['preprocess', '{', 'mean', '[', '0.485', '0.456', '.406', ']', 'color', 'bgr', '}'],
  ...['expect', '{', 'params', '25.58M', 'top1', '79.1%', '}', '}'],
];

async function meaningOf(text: string) {
  return specToJson(await specIn(text));
}

describe('the form of a .rn file', () => {
  it('means the same whatever stands between the words: spaces, line ends, commas, comments', async () => {
    const expected = await meaningOf(words.join(' '));
    const blank = fc.constantFrom(
      ' ',
      '\n',
      '\r\n',
      '\t',
      ', ',
      ' ,\n',
      '\r',
      ' # note } ]\n',
      '\n\n',
      '\u00A0',
      '#\r\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(blank, { minLength: words.length, maxLength: words.length }),
        async (blanks) => {
          const text = words.map((word, index) => `${word}${blanks[index]}`).join('');
          expect(await meaningOf(text)).toEqual(expected);
        },
      ),
    );
  });

  it('needs no blanks around braces, brackets and strings', async () => {
    const text = 'model a{stages[1,1]block basic labels"x.txt"preprocess{color rgb}input 64}';
    expect((await specIn(text)).stages).toEqual([1, 1]);
  });

  it('takes a byte-order mark and CRLF, and counts columns as editors do', async () => {
    const spec = await specIn('\uFEFFmodel a {\r\n  depth 18\r\n}\r\n');
    expect(spec.depth).toBe(18);
    expect(spec.spans.model?.start).toBe(6);
    const [first] = (await load('\uFEFFmodel a {\r\n  depth 51\r\n}\r\n')).diagnostics;
    expect(first?.span?.start).toBe('model a {\r\n  depth '.length);
  });

  it('resolves escapes in strings', async () => {
    const { labels } = await specWith(String.raw`depth 18  labels "/a\"b\\c.txt"`);
    expect(labels).toBe(String.raw`/a"b\c.txt`);
  });

  it.each([
    ['head logits', { head: 'logits' }],
    [
      'reference { input "x.npy" logits "y.npy" }',
      { reference: { input: 'x.npy', logits: 'y.npy' } },
    ],
    ['weights "x.pth" head softmax', { weights: { path: 'x.pth' }, head: 'softmax' }],
    [
      'weights cifar "x.th" labels "y"',
      { weights: { scheme: 'cifar', path: 'x.th' }, labels: 'y' },
    ],
    [
      'weights cifar "x.th" key "ema.module" labels "y"',
      { weights: { scheme: 'cifar', path: 'x.th', key: 'ema.module' }, labels: 'y' },
    ],
    [
      'weights "x.th" key "ema" head softmax',
      { weights: { path: 'x.th', key: 'ema' }, head: 'softmax' },
    ],
    ['preprocess { resize none crop none }', { input: { channels: 3, height: 224, width: 224 } }],
  ])('tells where the value of one property ends and the next one starts: %s', async (text, part) => {
    expect(await specWith(`depth 50 ${text}`)).toMatchObject(part);
  });

  it.each([
    'a',
    '18',
    '3x224',
    'resnet-50_vd',
    '_x',
    'depth',
    'A'.repeat(100),
  ])('takes %s as the name of a model', async (name) => {
    expect((await specIn(`model ${name} { depth 18 }`)).name).toBe(name);
  });

  it('goes on after a mistake: every mistake of a file is told', async () => {
    const text = `use base.rn
      model a { depht 50 input 12x0x4 stages [1, 2 widths [64] head }
      modle b { }
      model c extends { classes 0 expect { params 25.5Q top1 "x" }
      model d { variant vx ] }`;
    expect(codesOf(await load(text))).toEqual([
      'unexpected-token',
      'file-not-found',
      'unknown-property',
      'number-out-of-range',
      'missing-brace',
      'missing-value',
      'outside-model',
      'unexpected-token',
      'missing-brace',
      'number-out-of-range',
      'unknown-unit',
      'wrong-value',
      'unknown-value',
      'misplaced-value',
    ]);
  });

  it('tells a brace that an open string took in only once', async () => {
    expect(codesOf(await load('model a { depth 50 labels "x }'))).toEqual(['unterminated-string']);
  });
});
