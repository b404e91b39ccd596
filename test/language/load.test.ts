import { describe, expect, it } from 'vitest';
import { createDiagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { loadModels } from '../../src/language/load.ts';
import { codesOf, hostOf, load } from '../helpers/language.ts';

const base = `model resnet50_vd {
  depth 50  variant vd
  preprocess { resize 256  crop 224 }
  expect { params 25.58M  flops 8.67G  top1 79.1%  top5 94.4% }
  labels "labels.txt"
}`;

describe('extends', () => {
  it('takes every property of the base and replaces what is given again, in groups too', async () => {
    const { models, diagnostics } = await load(
      `use "zoo/base.rn" model b extends resnet50_vd { head softmax  expect { top1 83.0% } }`,
      { 'zoo/base.rn': base },
    );
    expect(diagnostics).toEqual([]);
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({
      name: 'b',
      file: 'input.rn',
      depth: 50,
      shortcut: 'avgpool',
      head: 'softmax',
      labels: 'zoo/labels.txt',
      expect: { params: { text: '25.58M' }, top1: { text: '83.0%' }, top5: { text: '94.4%' } },
    });
  });

  it('keeps where each property was written', async () => {
    const { models } = await load('use "base.rn" model b extends resnet50_vd { head softmax }', {
      'base.rn': base,
    });
    const spans = models[0]?.spans ?? {};
    const texts = Object.entries(spans).map(([name, { file, start, end }]) => [
      name,
      file.path,
      file.text.slice(start, end),
    ]);
    expect(texts).toContainEqual(['model', 'input.rn', 'b']);
    expect(texts).toContainEqual(['head', 'input.rn', 'head softmax']);
    expect(texts).toContainEqual(['depth', 'base.rn', 'depth 50']);
    expect(texts).toContainEqual(['expect.top1', 'base.rn', 'top1 79.1%']);
  });

  describe('a bundled model', () => {
    const bundled = new Map([['resnet50_vd', '/package/specs/resnet50_vd.rn']]);
    const loadWith = (text: string, others: Readonly<Record<string, string>> = {}) =>
      loadModels('input.rn', {
        ...hostOf({ ...others, '/package/specs/resnet50_vd.rn': base, 'input.rn': text }),
        bundled: async () => bundled,
      });

    it('is extended by its name alone', async () => {
      const { models, diagnostics } = await loadWith('model b extends resnet50_vd { classes 10 }');
      expect(diagnostics.map(({ code }) => code)).toEqual(['expectation-not-inherited']);
      expect(models).toMatchObject([{ name: 'b', depth: 50, shortcut: 'avgpool', classes: 10 }]);
    });

    it('stands back behind one of the same name here', async () => {
      const own = 'model resnet50_vd { depth 18 }';
      const here = await loadWith(`${own} model b extends resnet50_vd { }`);
      expect(here.models.map(({ depth }) => depth)).toEqual([18, 18]);
      const used = await loadWith('use "own.rn" model b extends resnet50_vd { }', {
        'own.rn': own,
      });
      expect(used.models.map(({ depth }) => depth)).toEqual([18]);
      expect(used.diagnostics).toEqual([]);
    });

    it('is suggested', async () => {
      const { diagnostics } = await loadWith('model b extends resnet51_vd { }');
      expect(diagnostics).toMatchObject([
        { code: 'unknown-model', hint: "Did you mean 'resnet50_vd'?" },
      ]);
    });
  });

  it('works along a chain, in any order, and through files that use files', async () => {
    const { models, diagnostics } = await load(
      'use "b.rn" model d extends c { head softmax } model c extends b { classes 3 }',
      {
        'b.rn': 'use "a.rn" model b extends a { classes 2  input 64 }',
        'a.rn': 'model a { depth 18 }',
      },
    );
    expect(diagnostics).toEqual([]);
    expect(
      models.map(({ name, classes, head, input }) => [name, classes, head, input.width]),
    ).toEqual([
      ['d', 3, 'softmax', 64],
      ['c', 3, 'logits', 64],
    ]);
  });

  it('does not see what a used file uses', async () => {
    const result = await load('use "b.rn" model c extends a { classes 3 }', {
      'b.rn': 'use "a.rn" model b extends a { classes 2 }',
      'a.rn': 'model a { depth 18 }',
    });
    expect(codesOf(result)).toEqual(['unknown-model']);
  });

  it('points at the property of the model that breaks a rule, not at the base', async () => {
    const { diagnostics } = await load('model a { depth 50 } model b extends a { input 16 }');
    expect(
      diagnostics.map(({ code, span }) => [code, span?.file.text.slice(span.start, span.end)]),
    ).toEqual([['input-too-small', '16']]);
  });

  it('tells a mistake of the base once', async () => {
    const text =
      'model a { depth 50 input 16 expect { top1 2 } } model b extends a { classes 2 } model c extends b { classes 3 }';
    const result = await load(text);
    expect(codesOf(result)).toEqual(['input-too-small', 'number-out-of-range']);
    expect(result.models).toEqual([]);
  });

  it('checks again what a model gives in place of a base’s mistake, and nothing else that depends on it', async () => {
    const base = 'model a { depth 50 widths [8, x] }';
    expect(codesOf(await load(`${base} model b extends a { widths [8] }`))).toEqual([
      'wrong-value',
      'widths-mismatch',
    ]);
    expect(codesOf(await load(`${base} model b extends a { input 3 }`))).toEqual([
      'wrong-value',
      'input-too-small',
    ]);
    // How many stages the widths have to fit nobody knows.
    const stages = 'model a { block basic stages [1, x] }';
    expect(codesOf(await load(`${stages} model b extends a { widths [8, 16] }`))).toEqual([
      'wrong-value',
    ]);
  });

  it('tells a long cycle in short', async () => {
    const ring = Array.from({ length: 30 }, (_, i) => `model m${i} extends m${(i + 1) % 30} { }`);
    const { diagnostics } = await load(ring.join('\n'));
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'A model cannot extend itself: m0 → m1 → m2 → m3 → m4 → m5 → m6 → m7 → … → m0.',
    ]);
  });

  it('takes chains of any length', async () => {
    const chain = Array.from(
      { length: 1000 },
      (_, i) => `model m${i + 1} extends m${i} { head softmax }`,
    );
    const { models, diagnostics } = await load(
      `model m0 { depth 18 }\n${chain.reverse().join('\n')}`,
    );
    expect(diagnostics).toEqual([]);
    expect(models).toHaveLength(1001);
  });
});

describe('loadModels', () => {
  it('loads several files at once, each once, and gives the models of those asked for', async () => {
    const read: string[] = [];
    const host = hostOf({
      'a.rn': 'use "b.rn" model a extends b { classes 2 }',
      'b.rn': 'model b { depth 18 } model c { depth 5 }',
    });
    const result = await loadModels(['a.rn', './b.rn', 'a.rn'], {
      readText: (path) => {
        read.push(path);
        return host.readText(path);
      },
    });
    expect(read).toEqual(['a.rn', 'b.rn']);
    expect(result.models.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(codesOf(result)).toEqual(['unknown-depth']);
  });

  it('knows a file that is used twice under other spellings of its path', async () => {
    const files = {
      '/zoo/./base.rn': base,
      '/zoo/base.rn': base,
      '/zoo/other.rn': 'model o { depth 18 }',
    };
    const twice =
      'use "/zoo/./base.rn" use "/zoo/base.rn" model b extends resnet50_vd { head softmax }';
    expect(codesOf(await load(twice, files))).toEqual(['duplicate-use']);
    const two = 'use "/zoo/base.rn" use "/zoo/other.rn" model b extends o { classes 2 }';
    expect(codesOf(await load(two, files))).toEqual([]);
  });

  it('takes one model of a file by its name', async () => {
    const host = hostOf({ 'a.rn': 'model a { depth 18 } model b { depth 34 }' });
    expect((await loadModels('a.rn#b', host)).models.map(({ name }) => name)).toEqual(['b']);
    const { models, diagnostics } = await loadModels('a.rn#bb', host);
    expect(models).toEqual([]);
    expect(diagnostics.map(({ code, hint }) => [code, hint])).toEqual([
      ['unknown-model', "Did you mean 'b'?"],
    ]);
  });

  it('gives the right models of a file beside the wrong ones', async () => {
    const { models } = await load(
      'model a { depth 18 } model b { depth 35 } model c { depth = 50 } model d { depth 50 }',
    );
    expect(models.map(({ name }) => name)).toEqual(['a', 'd']);
  });

  it('tells a file that is missing, on the command line and in use', async () => {
    const missing = await loadModels(['x.rn'], hostOf({}));
    expect(missing.diagnostics.map(({ code, span }) => [code, span])).toEqual([
      ['file-not-found', undefined],
    ]);
    const used = await load('use "no/x.rn" model a { depth 18 }');
    expect(used.diagnostics.map(({ message, span }) => [message, span?.start])).toEqual([
      ["There is no spec at 'no/x.rn'.", 4],
    ]);
  });

  it('tells a use without a name', async () => {
    expect(codesOf(await load('use "" model a { depth 18 }'))).toEqual(['empty-string']);
  });

  it('tells what the system says of a file, and passes a diagnostic of the host on', async () => {
    const refuse = (error: Error) => loadModels('x.rn', { readText: () => Promise.reject(error) });
    const denied = await refuse(Object.assign(new Error('no'), { code: 'EACCES' }));
    expect(denied.diagnostics[0]?.message).toBe("'x.rn' cannot be read: EACCES.");
    const own = createDiagnostic('file-unreadable', { path: 'x.rn', reason: 'it is a folder' });
    expect((await refuse(new DiagnosticError([own]))).diagnostics).toEqual([own]);
    await expect(refuse(new TypeError('a bug'))).rejects.toThrow('a bug');
  });

  it('keeps quiet about warnings of files that were not asked for', async () => {
    const others = { 'base.rn': 'model b { depth 18  stride in conv1 }' };
    expect(codesOf(await load('use "base.rn" model a extends b { classes 2 }', others))).toEqual(
      [],
    );
  });

  it('gives frozen models that are plain JSON, without places', async () => {
    const { models } = await load('model a { depth 18 }');
    const [spec] = models;
    expect(
      Object.isFrozen(spec) &&
        Object.isFrozen(spec?.stages) &&
        Object.isFrozen(spec?.preprocess.mean),
    ).toBe(true);
    expect(JSON.parse(JSON.stringify(spec))).not.toHaveProperty('spans');
    expect({ ...spec }.spans?.depth?.start).toBe(10);
  });

  it('shows 50 mistakes a file and counts the rest', async () => {
    const { diagnostics } = await load(`model a { ${'; '.repeat(500)} }`);
    expect(diagnostics).toHaveLength(51);
    expect(diagnostics.at(-1)?.message).toBe(
      "'input.rn' has at least 450 more mistakes, not shown here.",
    );
  });
});
