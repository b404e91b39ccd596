import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { sarifFormat } from '../../../src/cli/formats/sarif.ts';
import { descriptorOf } from '../../../src/cli/formats/sarif-rules.ts';
import { createDiagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { type DiagnosticCode, messages } from '../../../src/diagnostics/messages.ts';
import { broken, judged, sampleOutcome, synthetic, wrongFlops } from './outcomes.ts';
import { sarifMistakes } from './sarif-schema.ts';

function logOf(facts: Parameters<typeof sampleOutcome>[0]) {
  const log: Log = JSON.parse(sarifFormat.write(sampleOutcome(facts)));
  expect(sarifMistakes(log)).toEqual([]);
  const [run] = log.runs;
  return { run, results: run?.results ?? [], driver: run?.tool.driver };
}

describe('the schema of SARIF', () => {
  it('refuses what is none', () => {
    expect(sarifMistakes({ version: '2.1.0', runs: [{ tool: {} }] })).not.toEqual([]);
    expect(sarifMistakes({ version: '2.1.0', runs: [{ results: [], other: 1 }] })).not.toEqual([]);
  });
});

describe('SARIF', () => {
  const diagnostics = [wrongFlops, { ...wrongFlops, message: 'Another.' }, synthetic];
  const { run, results, driver } = logOf({ diagnostics });

  it('has a result for each diagnostic, at its place', () => {
    expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['expectation-failed', 'error'],
      ['expectation-failed', 'error'],
      ['weights-synthetic', 'note'],
    ]);
    expect(results[0]?.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'nets/a.rn', uriBaseId: '%SRCROOT%' },
          region: { startLine: 3, startColumn: 12, endLine: 3, endColumn: 20 },
        },
      },
    ]);
    expect(run?.columnKind).toBe('utf16CodeUnits');
    expect(results[2]?.locations?.[0]?.physicalLocation?.region).toEqual({ startLine: 1 });
  });

  it('describes each rule once, and results point at it', () => {
    expect(driver?.rules?.map(({ id }) => id)).toEqual(['expectation-failed', 'weights-synthetic']);
    for (const { ruleId, ruleIndex = -1 } of results)
      expect(driver?.rules?.[ruleIndex]?.id).toBe(ruleId);
    const { cause, cure } = messages['expectation-failed'];
    expect(driver?.rules?.[0]?.help?.text).toContain(cure);
    expect(driver?.rules?.[0]?.fullDescription?.text).toBe(cause);
  });

  it('keeps failures of the run apart', () => {
    const failed = logOf({ diagnostics: [broken], exitCode: 4 });
    expect(failed.results).toEqual([]);
    expect(failed.run?.invocations).toMatchObject([
      {
        executionSuccessful: false,
        exitCode: 4,
        toolExecutionNotifications: [{ descriptor: { id: 'internal-error', index: 0 } }],
      },
    ]);
    expect(run?.invocations?.[0]?.executionSuccessful).toBe(true);
  });

  it('tells the change that a hint stands for', () => {
    const misspelled = { path: 'nets/b.rn', text: 'model b {\n  dept 18\n}\n' };
    const span = { file: misspelled, start: 12, end: 16 };
    const parameters = { name: 'dept', where: 'A model', nearest: 'depth' };
    const told = createDiagnostic('unknown-property', parameters, { span });
    expect(logOf({ diagnostics: [told] }).results[0]?.fixes).toEqual([
      {
        description: { text: "Did you mean 'depth'?" },
        artifactChanges: [
          {
            artifactLocation: { uri: 'nets/b.rn', uriBaseId: '%SRCROOT%' },
            replacements: [
              {
                deletedRegion: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 7 },
                insertedContent: { text: 'depth' },
              },
            ],
          },
        ],
      },
    ]);
    expect(results[0]).not.toHaveProperty('fixes');
  });

  it.each([
    ['a b%/ü#?.rn', 'a%20b%25/%C3%BC%23%3F.rn'],
    ['c:d/e.rn', 'c%3Ad/e.rn'],
  ])('writes a path as an address: %s', (path, uri) => {
    const told = judged({ diagnostics: [synthetic], place: { path } });
    const [location] = logOf({ cases: [told] }).results[0]?.locations ?? [];
    expect(location?.physicalLocation?.artifactLocation?.uri).toBe(uri);
  });

  it('names a file outside the sources by its whole address', () => {
    const told = judged({ diagnostics: [synthetic], place: { path: '/else where/a.rn' } });
    const [location] = logOf({ cases: [told] }).results[0]?.locations ?? [];
    expect(location?.physicalLocation?.artifactLocation).toEqual({
      uri: 'file:///else%20where/a.rn',
    });
  });

  it('hides nothing', () => {
    const hidden = createDiagnostic('file-not-found', { path: 'a\u202eb', what: 'spec' });
    const text = sarifFormat.write(sampleOutcome({ diagnostics: [hidden] }));
    expect(text).not.toMatch(/[^\P{C}\n]/u);
  });

  it.each(Object.keys(messages) as DiagnosticCode[])('describes %s', (code) => {
    const { shortDescription, help } = descriptorOf(code);
    expect(shortDescription?.text.length).toBeGreaterThan(8);
    expect(help?.text).toContain(messages[code].cure);
  });
});
