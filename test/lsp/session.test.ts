import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  Hover,
  InlayHint,
  Location,
  Range,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { explainProperty } from '../../src/language/explain.ts';
import { bundledCli } from '../helpers/bundle.ts';
import { rcc } from '../helpers/cli.ts';
import { cursorIn, Editor, edited } from '../helpers/editor.ts';

/* Sessions of an editor with the program as it ships, through the protocol. */
const folder = mkdtempSync(join(tmpdir(), 'rcc-lsp-'));
const cli = await bundledCli();
const editor = new Editor(cli, folder);
let capabilities: Readonly<Record<string, unknown>> = {};

const onDisk = {
  'base.rn': 'model disk { depth 18 }\n',
  'user.rn': 'use "base.rn"\nmodel user extends disk { classes 5 }\n',
  'labels.txt': 'a\nb\n',
  'a net.pdparams': '',
  'net.safetensors': '',
  'x.npy': '',
  'x.npz': '',
};

beforeAll(async () => {
  for (const [name, text] of Object.entries(onDisk)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'deep.rn'), 'model deep { depth 34 }\n');
  ({ capabilities } = await editor.start());
});

afterAll(async () => {
  expect(await editor.quit()).toBe(0);
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

const wholeFile: Range = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

it('the server says what it does', () => {
  expect(Object.keys(capabilities).toSorted()).toEqual([
    'codeActionProvider',
    'completionProvider',
    'definitionProvider',
    'documentFormattingProvider',
    'hoverProvider',
    'inlayHintProvider',
    'renameProvider',
    'textDocumentSync',
  ]);
});

describe('diagnostics', () => {
  const text = 'model a {\n  dept 50\n  variant ve\n}\n';

  it('are those of rcc check, where they stand', async () => {
    writeFileSync(join(folder, 'wrong.rn'), text);
    const told = JSON.parse((await rcc('check', '--json', join(folder, 'wrong.rn'))).stdout);
    await editor.show('wrong.rn', text);
    const findings = await editor.findings('wrong.rn');
    expect(findings.length).toBeGreaterThan(1);
    expect(
      findings.map(({ code, message, range: { start } }) => ({
        code,
        message,
        line: start.line + 1,
        column: start.character + 1,
      })),
    ).toEqual(
      told.diagnostics.map(
        ({ code, message, hint, span }: Record<string, never> & { span: Range['start'] }) => ({
          code,
          message: hint ? `${message}\n${hint}` : message,
          line: span.line,
          column: (span as unknown as { column: number }).column,
        }),
      ),
    );
  });

  it('hold params and flops against what is expected', async () => {
    await editor.show('figures.rn', 'model a { depth 18  expect { params 25M } }');
    const findings = await editor.findings('figures.rn');
    expect(findings.map(({ code }) => code)).toEqual(['expectation-failed']);
  });

  it('come and go as the text changes', async () => {
    await editor.show('typed.rn', 'model a { depth 50 }');
    expect(await editor.findings('typed.rn', 0)).toEqual([]);
    await editor.change('typed.rn', 16, 18, '51');
    expect((await editor.findings('typed.rn')).map(({ code }) => code)).toEqual(['unknown-depth']);
    await editor.change('typed.rn', 16, 18, '34');
    expect(await editor.findings('typed.rn')).toEqual([]);
  });

  it('see what another window has not saved', async () => {
    await editor.open('base.rn', 'model renamed { depth 18 }\n');
    await editor.open('user.rn', onDisk['user.rn']);
    const [finding] = await editor.findings('user.rn', 0);
    expect(finding).toMatchObject({ code: 'unknown-model', range: { start: { line: 1 } } });
    const since = editor.published.length;
    await editor.change('base.rn', 6, 13, 'disk');
    expect(await editor.findings('user.rn', since)).toEqual([]);
  });

  it('see the disk again when a window is closed', async () => {
    await editor.change('base.rn', 6, 10, 'other');
    expect(await editor.findings('user.rn', editor.published.length)).toHaveLength(1);
    const since = editor.published.length;
    await editor.close('base.rn');
    expect(await editor.findings('user.rn', since)).toEqual([]);
    expect(editor.published.findLast(({ uri }) => uri === editor.uriOf('base.rn'))).toMatchObject({
      diagnostics: [],
    });
  });

  it('of a file that is used stand where it is brought in, and lead there', async () => {
    writeFileSync(join(folder, 'broken.rn'), 'model disk { depth 51 }\n');
    await editor.show('above.rn', '# x\nuse "broken.rn"\nmodel b extends disk { classes 5 }\n');
    const [finding] = await editor.findings('above.rn');
    expect(finding).toMatchObject({
      code: 'unknown-depth',
      range: { start: { line: 1, character: 4 } },
      relatedInformation: [
        { location: { uri: editor.uriOf('broken.rn'), range: { start: { character: 19 } } } },
      ],
    });
  });

  it('are looked for when nobody types, not at each key', async () => {
    await editor.show('keys.rn', 'model a {  }');
    await editor.findings('keys.rn', 0);
    const since = editor.published.length;
    const keys = 'depth 50 classes 10 variant vd stem conv3 epsilon 0.001';
    for (const [index, key] of [...keys].entries())
      await editor.change('keys.rn', 10 + index, 10 + index, key);
    await editor.findings('keys.rn', since);
    const told = editor.published.slice(since).filter(({ uri }) => uri.endsWith('keys.rn'));
    expect(told.length).toBeLessThan(keys.length / 4);
  });
});

describe('hover', () => {
  const hover = async (marked: string): Promise<string> => {
    const told = await editor.ask<Hover | null>('textDocument/hover', 'hover.rn', marked);
    return told === null ? '' : (told.contents as { value: string }).value;
  };

  it('says what rcc explain says of a property', async () => {
    const told = (await hover('model a { depth 50  short|cut avgpool }')).replaceAll('`', '');
    const sentences = explainProperty('shortcut')
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
    for (const sentence of sentences) expect(told).toContain(sentence);
  });

  it('tells the shapes and the cost of the network', async () => {
    const told = await hover('model a { depth 50  strides [1, 2, 2, |1] }');
    expect(told).toContain('Here: `strides [1, 2, 2, 1]`');
    expect(told).toContain('25.56M params');
    expect(told).toMatch(/\| stage3 \| 6 \| 1024×14×14 \|/);
    expect(told).toMatch(/\| stage4 \| 3 \| 2048×14×14 \|/);
  });

  it('tells the default that holds where a network says nothing', async () => {
    const told = await hover('model a { depth 50  preprocess { cr|op 224 } }');
    expect(told).toContain('Here: `crop 224`');
    expect(await hover('model a { depth 50  pre|process { crop 224 } }')).toContain('resize 256');
  });

  it('on a name tells that network, on a base its own', async () => {
    const text = 'model a { depth 18 }\nmodel b extends a { classes 10 }';
    expect(await hover(text.replace('b ext', '|b ext'))).toContain('**b**: 11.19M params');
    expect(await hover(text.replace('a { classes', 'a| { classes'))).toContain(
      '**a**: 11.69M params',
    );
    expect(await hover('model b extends |resnet50_vd { classes 10 }')).toContain(
      '**resnet50_vd**: 25.58M params, 4.33G MACs, 8.67G FLOPs',
    );
  });

  it('on `use` names the models that come', async () => {
    expect(await hover('use "user|.rn"\nmodel a { depth 50 }')).toContain('- user');
  });

  it('explains a property of a model that is wrong elsewhere', async () => {
    expect(await hover('model a { dep|th 51 }')).toContain('Depth of the network');
  });

  it('says nothing of what means nothing', async () => {
    expect(await hover('# comm|ent\nmodel a { depth 50 }')).toBe('');
    expect(await hover('model a { xyz|zy 50 }')).toBe('');
  });
});

describe('completion', () => {
  const complete = async (marked: string) => {
    const items = await editor.ask<CompletionItem[]>('textDocument/completion', 'new.rn', marked);
    return items.toSorted((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1));
  };
  const labels = async (marked: string) => (await complete(marked)).map(({ label }) => label);
  /** The text after an item is taken. */
  const taken = async (marked: string, label: string): Promise<string> => {
    const item = (await complete(marked)).find((one) => one.label === label);
    return edited(cursorIn(marked).text, item && [item.textEdit as TextEdit]);
  };

  it('of what may begin a file', async () => {
    expect(await labels('|')).toEqual(['model', 'use']);
    expect(await labels('model a |')).toEqual(['extends']);
    expect(await labels('model |')).toEqual([]);
  });

  it('of the properties that a model does not have yet, in the order of the table', async () => {
    const told = await labels('model a {\n  depth 50\n  s|\n}');
    expect(told.slice(0, 3)).toEqual(['block', 'stages', 'stage-blocks']);
    expect(told).not.toContain('depth');
    expect(told).toContain('preprocess');
    expect(await labels('model a { depth 50  expect { params 25M  | } }')).toEqual([
      'flops',
      'top1',
      'top5',
    ]);
  });

  it('of a property tells what it is', async () => {
    const item = (await complete('model a { | }')).find(({ label }) => label === 'variant');
    expect(item?.detail).toBe('variant vb | vc | vd');
    expect((item?.documentation as { value: string }).value).toContain('Short for a stem');
  });

  it.each([
    ['variant |', ['vb', 'vc', 'vd']],
    ['variant v|', ['vb', 'vc', 'vd']],
    ['stride |', ['in']],
    ['stride in |', ['conv1', 'conv2']],
    ['outputs [c2, |]', ['c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', 'answer']],
    ['multi-path |', ['none', 'res2net', 'resnest', 'select', 'res2net scale 4']],
    ['multi-path res2net start |', ['pooled', 'chained']],
    ['preprocess { antialias | }', ['yes', 'no']],
    ['stages |', ['[3, 4, 6, 3]']],
  ])('of the value in `%s`', async (property, expected) => {
    const told = await labels(`model a { ${property} }`);
    expect(told.slice(0, expected.length)).toEqual(expected);
  });

  it('of the names of frameworks before a file of weights, and of the file', async () => {
    const told = await labels('model a { depth 50  weights | }');
    expect(told).toEqual(
      expect.arrayContaining(['paddleclas', 'torchvision', 'timm', 'a net.pdparams']),
    );
    expect(await taken('model a { weights timm | }', 'net.safetensors')).toBe(
      'model a { weights timm "net.safetensors" }',
    );
    expect(await labels('model a { weights timm "net.safetensors" |')).toContain('key');
    expect(await labels('model a { weights "net.safetensors" key "|" }')).toEqual([]);
  });

  it('of files, the usual ones first', async () => {
    expect((await labels('model a { labels "|" }'))[0]).toBe('labels.txt');
    const references = await labels('model a { reference { outputs "|" } }');
    expect(references.slice(0, 2)).toEqual(['x.npz', 'x.npy']);
    expect(await taken('model a { weights "a|" }', 'a net.pdparams')).toBe(
      'model a { weights "a net.pdparams" }',
    );
  });

  it('of specs to use, and of folders on the way', async () => {
    expect(await labels('use |')).toEqual(expect.arrayContaining(['base.rn', 'user.rn', 'sub/']));
    expect(await labels('use |')).not.toContain('labels.txt');
    expect(await taken('use "sub/|"', 'deep.rn')).toBe('use "sub/deep.rn"');
  });

  it('of bases: those of the file, of files it uses, and of the package', async () => {
    const told = await labels('use "base.rn"\nmodel a { depth 50 }\nmodel b extends | { }');
    expect(told.slice(0, 2)).toEqual(['a', 'disk']);
    expect(told).toEqual(expect.arrayContaining(['resnet50_vd', 'timm/resnet50d']));
    expect(told).not.toContain('b');
  });

  it('takes the place of the word under the cursor', async () => {
    expect(await taken('model a { vari|xyz vd }', 'variant')).toBe('model a { variant vd }');
  });

  it('is silent in comments', async () => {
    expect(await labels('# var|')).toEqual([]);
  });
});

describe('definition', () => {
  const go = (marked: string) =>
    editor.ask<Location | null>('textDocument/definition', 'go.rn', marked);

  it('of a base in the file', async () => {
    expect(await go('model a { depth 18 }\nmodel b extends |a { }')).toEqual({
      uri: editor.uriOf('go.rn'),
      range: { start: { line: 0, character: 6 }, end: { line: 0, character: 7 } },
    });
  });

  it('of a base in a file that is used, and of the file', async () => {
    const text = 'use "base.rn"\nmodel b extends disk { }';
    expect(await go(text.replace('disk', 'di|sk'))).toMatchObject({
      uri: editor.uriOf('base.rn'),
      range: { start: { line: 0, character: 6 } },
    });
    expect(await go(text.replace('base', 'ba|se'))).toMatchObject({ uri: editor.uriOf('base.rn') });
  });

  it('of a base that comes with rcc', async () => {
    const found = await go('model b extends resnet50|_vd { }');
    expect(found?.uri).toBe(pathToFileURL('specs/resnet50_vd.rn').href);
    const line = readFileSync('specs/resnet50_vd.rn', 'utf8').split('\n')[
      found?.range.start.line ?? -1
    ];
    expect(line).toMatch(/^model resnet50_vd/);
  });

  it('of nothing leads nowhere', async () => {
    expect(await go('model b extends no|body { }')).toBeNull();
    expect(await go('use "nothing|.rn"\nmodel b { depth 50 }')).toBeNull();
  });
});

describe('rename', () => {
  const rename = (marked: string, newName: string) =>
    editor.ask<WorkspaceEdit | null>('textDocument/rename', 'base.rn', marked, { newName });

  it('changes the model and what extends it, here, in the folder and in open files alone', async () => {
    writeFileSync(join(folder, 'other.rn'), 'model disk { depth 50 }\nmodel x extends disk { }\n');
    const edit = await rename('model di|sk { depth 18 }\nmodel y extends disk { }\n', 'disc');
    const changes = edit?.changes ?? {};
    expect(Object.keys(changes).toSorted()).toEqual(
      [editor.uriOf('base.rn'), editor.uriOf('user.rn')].toSorted(),
    );
    expect(edited(onDisk['user.rn'], changes[editor.uriOf('user.rn')])).toBe(
      onDisk['user.rn'].replace('disk', 'disc'),
    );
    expect(
      edited(
        'model disk { depth 18 }\nmodel y extends disk { }\n',
        changes[editor.uriOf('base.rn')],
      ),
    ).toBe('model disc { depth 18 }\nmodel y extends disc { }\n');
  });

  it('works from where the name is used', async () => {
    const edit = await editor.ask<WorkspaceEdit>(
      'textDocument/rename',
      'user.rn',
      onDisk['user.rn'].replace('disk', 'di|sk'),
      { newName: 'disc' },
    );
    expect(Object.keys(edit.changes ?? {})).toHaveLength(2);
  });

  it.each([
    ['model di|sk { depth 18 }', 'a b', /'a b' cannot be the name of a model/],
    ['model di|sk { depth 18 }', 'extends', /cannot be the name of a model/],
    ['model di|sk { depth 18 }\nmodel y { depth 50 }', 'y', /There is a model 'y' already: line 2/],
    ['model a extends resnet|50_vd { }', 'mine', /'resnet50_vd' comes with rcc/],
  ])('in %j to %j is refused', async (marked, newName, message) => {
    await expect(rename(marked, newName)).rejects.toThrow(message);
  });

  it('is offered for names alone', async () => {
    const prepare = (marked: string) =>
      editor.ask<Range | null>('textDocument/prepareRename', 'base.rn', marked);
    expect(await prepare('model di|sk { depth 18 }')).toEqual({
      start: { line: 0, character: 6 },
      end: { line: 0, character: 10 },
    });
    expect(await prepare('model disk { de|pth 18 }')).toBeNull();
  });
});

describe('formatting', () => {
  const format = async (text: string) =>
    edited(text, await editor.askOf('textDocument/formatting', 'form.rn', text, { options: {} }));

  it('gives a file its form, once', async () => {
    const form = await format('model a{depth 50\n\n\n   variant vd}');
    expect(form).toBe('model a {\n  depth    50\n\n  variant  vd\n}\n');
    const again = await editor.askOf('textDocument/formatting', 'form.rn', form, { options: {} });
    expect(again).toEqual([]);
  });

  it('leaves a file alone that cannot be read', async () => {
    const text = 'model a{depth 50\n   variant ';
    expect(await format(`${text}{`)).toBe(`${text}{`);
  });
});

describe('code actions', () => {
  it('make of a hint the change it stands for', async () => {
    const text = 'model a { dept 50 }';
    const textDocument = 'textDocument/codeAction';
    const position = { line: 0, character: 12 };
    const actions = await editor.askOf<CodeAction[]>(textDocument, 'mend.rn', text, {
      range: { start: position, end: position },
      context: { diagnostics: [] },
    });
    expect(actions.map(({ title, kind }) => ({ title, kind }))).toEqual([
      { title: "Replace 'dept' by 'depth'", kind: 'quickfix' },
    ]);
    expect(actions[0]?.diagnostics?.[0]?.code).toBe('unknown-property');
    const changes = actions[0]?.edit?.changes?.[editor.uriOf('mend.rn')];
    expect(edited(text, changes)).toBe('model a { depth 50 }');
  });

  it('are offered where the mistake is', async () => {
    const elsewhere = { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } };
    const actions = await editor.askOf(
      'textDocument/codeAction',
      'mend.rn',
      'model a { dept 50 }',
      {
        range: elsewhere,
        context: { diagnostics: [] },
      },
    );
    expect(actions).toEqual([]);
  });
});

describe('inlay hints', () => {
  const hints = (text: string, range = wholeFile) =>
    editor.askOf<InlayHint[]>('textDocument/inlayHint', 'hints.rn', text, { range });

  it('tell params and MACs behind the names of right models', async () => {
    const text = 'model a { depth 18 }\nmodel b extends a { classes 10 }\nmodel c { depth 51 }\n';
    expect(await hints(text)).toEqual([
      expect.objectContaining({
        position: { line: 0, character: 7 },
        label: '11.69M params, 1.83G MACs',
      }),
      expect.objectContaining({
        position: { line: 1, character: 7 },
        label: '11.19M params, 1.83G MACs',
      }),
    ]);
  });

  it('tell of the lines that are shown', async () => {
    const line = { start: { line: 1, character: 0 }, end: { line: 1, character: 9 } };
    const told = await hints('model a { depth 18 }\nmodel b { depth 34 }\n', line);
    expect(told.map(({ position }) => position.line)).toEqual([1]);
  });
});

it('files that change on the disk are read again', async () => {
  await editor.show('user.rn', onDisk['user.rn']);
  await editor.close('base.rn');
  expect(await editor.findings('user.rn', editor.published.length)).toEqual([]);
  writeFileSync(join(folder, 'base.rn'), 'model gone { depth 18 }\n');
  const since = editor.published.length;
  await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
    changes: [{ uri: editor.uriOf('base.rn'), type: 2 }],
  });
  expect((await editor.findings('user.rn', since)).map(({ code }) => code)).toEqual([
    'unknown-model',
  ]);
});

it('a document that was never saved has its place', async () => {
  const uri = 'untitled:Untitled-1';
  await editor.connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'rn', version: 1, text: 'model a { depth 50 }' },
  });
  const told = await editor.connection.sendRequest<Hover>('textDocument/hover', {
    textDocument: { uri },
    position: { line: 0, character: 6 },
  });
  expect((told.contents as { value: string }).value).toContain('25.56M params');
});

it('the server had nothing to complain about', () => {
  expect(editor.log).toEqual([]);
});
