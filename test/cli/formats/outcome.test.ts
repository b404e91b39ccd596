import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceRoot } from '../../../src/cli/formats/outcome.ts';
import { createDiagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { broken, file, judged, sampleOutcome, synthetic, wrongFlops } from './outcomes.ts';

describe('the folder of the sources', () => {
  const here = resolve('/repository/nets');

  it.each([
    ['where rcc was started', {}, here],
    ['the workspace of GitHub', { GITHUB_WORKSPACE: '/repository' }, '/repository'],
    ['the project of GitLab', { CI_PROJECT_DIR: '/repository' }, '/repository'],
    ['not one elsewhere', { GITHUB_WORKSPACE: '/repository/netsuite' }, here],
    ['not an empty one', { GITHUB_WORKSPACE: '' }, here],
  ])('is %s', (_, env, expected) => {
    expect(sourceRoot(env, here)).toBe(expected);
  });
});

describe('the place of a diagnostic', () => {
  it('is its own span, from 1 and half-open', () => {
    const { told } = sampleOutcome({ diagnostics: [wrongFlops] });
    expect(told).toEqual([
      {
        diagnostic: wrongFlops,
        location: {
          path: file.path,
          region: { line: 3, column: 12, endLine: 3, endColumn: 20 },
        },
      },
    ]);
  });

  it('is that of its case', () => {
    const place = { path: 'nets/b.rn' };
    const { told } = sampleOutcome({ cases: [judged({ diagnostics: [synthetic], place })] });
    expect(told[0]?.location).toEqual({ path: 'nets/b.rn' });
  });

  it('is the argument that it names, and else the first', () => {
    const missing = createDiagnostic('file-not-found', { path: 'c.rn', what: 'spec' });
    const facts = { diagnostics: [missing, synthetic], subjects: ['nets/a.rn', 'c.rn'] };
    expect(sampleOutcome(facts).told.map(({ location }) => location?.path)).toEqual([
      'c.rn',
      'nets/a.rn',
    ]);
  });

  it('is told from the root, and absolute outside it', () => {
    const place = (path: string) => judged({ diagnostics: [synthetic], place: { path } });
    const pathOf = (path: string, root: string) =>
      sampleOutcome({ cases: [place(path)], root }).told[0]?.location?.path;
    expect(pathOf('x/y.rn', resolve('x'))).toBe('y.rn');
    expect(pathOf('x/y.rn', resolve('.'))).toBe('x/y.rn');
    expect(pathOf('z/y.rn', resolve('x'))).toBe(resolve('z/y.rn'));
    expect(pathOf('..a/y.rn', resolve('.'))).toBe(join('..a', 'y.rn'));
  });

  it('is none in standard input', () => {
    expect(sampleOutcome({ diagnostics: [synthetic], subjects: ['-'] }).told).toEqual([
      { diagnostic: synthetic },
    ]);
  });
});

describe('an outcome', () => {
  it('tells each diagnostic once, and gives each error a case', () => {
    const cases = [judged({ verdict: 'failed', diagnostics: [wrongFlops] })];
    const outcome = sampleOutcome({ cases, diagnostics: [{ ...wrongFlops }, broken, synthetic] });
    expect(outcome.told.map(({ diagnostic }) => diagnostic.code)).toEqual([
      'expectation-failed',
      'internal-error',
      'weights-synthetic',
    ]);
    expect(outcome.cases.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['a', 'failed'],
      ['internal-error', 'error'],
    ]);
  });

  it('has no two cases of one name', () => {
    const cases = [judged(), judged(), judged({ group: 'b' })];
    expect(sampleOutcome({ cases }).cases.map(({ name }) => name)).toEqual(['a', 'a (2)', 'a']);
  });
});
