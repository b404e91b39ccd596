import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Range, TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { allProperties, groups } from '../../src/language/properties.ts';
import { codeActionsIn } from '../../src/lsp/features/code-actions.ts';
import { completionAt } from '../../src/lsp/features/completion.ts';
import { definitionAt } from '../../src/lsp/features/definition.ts';
import { diagnosticsOf } from '../../src/lsp/features/diagnostics.ts';
import { formatEdits } from '../../src/lsp/features/formatting.ts';
import { hoverAt } from '../../src/lsp/features/hover.ts';
import { inlayHints } from '../../src/lsp/features/inlay-hints.ts';
import { renameAt, renameRange } from '../../src/lsp/features/rename.ts';
import { Workspace } from '../../src/lsp/workspace.ts';

const pieces = [
  ...['model', 'extends', 'use', '{', '}', '[', ']', ',', '"', '\\', '#', '//', "'", '=', '“'],
  ...['\uFEFF', '\0', '\n', '\r\n', '\r', ' ', '\t', '\u{1F600}', 'é', '\uD800', '.', '/'],
  ...['"x.rn"', '"a.rn"', 'a', 'b', 'resnet18', '50', '3x224x224', '25.58M', '[3, 4, 6, 3]'],
  ...['1e999', 'vd', 'bottleneck', 'none', 'in', 'conv1', 'key', 'res2net', 'scale'],
  ...allProperties.flatMap((name) => name.split('.')),
  ...Object.keys(groups),
];

const sound = `use "x.rn"
model a {
  depth 50  variant vd  input 3x224x224  classes 1000  # why
  preprocess { resize 256  crop 224  mean [0.485, 0.456, 0.406] }
  expect { params 25.58M  flops 8.67G }
  weights paddleclas "a.pdparams" key "ema"  stride in conv2  multi-path res2net scale 4
}
model b extends a { classes 10  labels "b.txt" }
model c extends x { }
`;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
  fc
    .tuple(fc.nat(sound.length), fc.nat(20), fc.constantFrom('', ...pieces))
    .map(([start, length, piece]) => sound.slice(0, start) + piece + sound.slice(start + length)),
);

const folder = '/nowhere/at/all';
const openIn = (workspace: Workspace, name: string, content: string): TextDocument => {
  const document = TextDocument.create(`file://${folder}/${name}`, 'rn', 1, content);
  workspace.put(document);
  return document;
};

async function analysed(source: string) {
  const workspace = new Workspace();
  openIn(workspace, 'x.rn', 'model x { depth 18 }\n');
  const document = openIn(workspace, 'a.rn', source);
  const analysis = await workspace.analysisOf(`${folder}/a.rn`);
  if (!analysis) throw new Error('a text that is open can be read');
  return { workspace, document, analysis };
}

/** A range of a document: both ends in it, in their order. */
function expectIn(document: TextDocument, { start, end }: Range): void {
  expect(document.positionAt(document.offsetAt(start))).toEqual(start);
  expect(document.positionAt(document.offsetAt(end))).toEqual(end);
  expect(document.offsetAt(start)).toBeLessThanOrEqual(document.offsetAt(end));
}

/** Everything that an editor may ask at an offset of a text. */
async function askAll(source: string, at: number): Promise<void> {
  const { workspace, document, analysis } = await analysed(source);
  const offset = Math.min(at, document.getText().length);
  const { file } = analysis;
  for (const { range } of await diagnosticsOf(analysis, workspace)) expectIn(document, range);
  const hover = hoverAt(analysis, offset, workspace);
  if (hover?.range) expectIn(document, hover.range);
  for (const { textEdit } of await completionAt(file, offset, workspace)) {
    const { range } = textEdit as TextEdit;
    expectIn(document, range);
    expect(document.offsetAt(range.start)).toBeLessThanOrEqual(offset);
    expect(document.offsetAt(range.end)).toBeGreaterThanOrEqual(offset);
  }
  definitionAt(file, offset, workspace);
  const name = renameRange(file, offset);
  if (name) expectIn(document, name);
  await renameAt(file, { offset, newName: 'zz' }, workspace).catch((error: unknown) =>
    expect(error).toBeInstanceOf(DiagnosticError),
  );
  TextDocument.applyEdits(document, [...formatEdits(file.tree.file)]);
  const everywhere = { start: document.positionAt(0), end: document.positionAt(source.length) };
  for (const { edit } of await codeActionsIn(analysis, everywhere, workspace))
    for (const edits of Object.values(edit?.changes ?? {}))
      for (const { range } of edits) expectIn(document, range);
  inlayHints(analysis, { first: 0, last: 1000 }, workspace);
}

describe('any text, at any place', () => {
  it('is answered', async () => {
    await fc.assert(fc.asyncProperty(text, fc.nat(400), askAll), { numRuns: 400 });
  });

  it('is answered while a spec is typed from its start to its end', async () => {
    for (let length = 0; length <= sound.length; length += 3)
      await askAll(sound.slice(0, length), length);
  });

  // As long as a spec may be; the time limit of a test is what is checked.
  it.each([
    '{',
    'model a {',
    'a ',
    '"',
    "'a'",
    '#',
    'use "x.rn"\n',
    'model a { depth 200 }\n',
  ])('of 60 000 characters made of %j is answered soon', async (piece) => {
    await askAll(piece.repeat(60_000 / piece.length), 30_000);
  });
});
