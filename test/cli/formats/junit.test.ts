import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { junitFormat } from '../../../src/cli/formats/junit.ts';
import { broken, judged, sampleOutcome, synthetic, wrongFlops } from './outcomes.ts';
import { readJunit } from './xml.ts';

describe('JUnit XML', () => {
  const outcome = sampleOutcome({
    cases: [
      judged({ reason: 'as it should', timeMs: 12.5, diagnostics: [synthetic] }),
      judged({ name: 'b', verdict: 'failed', reason: 'too many', diagnostics: [wrongFlops] }),
      judged({ name: 'c', verdict: 'skipped', reason: 'not there', timeMs: 2 }),
    ],
    diagnostics: [broken, synthetic, { ...synthetic, message: 'Of no case.' }],
  });
  const root = readJunit(junitFormat.write(outcome));
  const [suite] = root.children;

  it('counts', () => {
    const counts = { tests: '4', failures: '1', errors: '1', time: '0.014500' };
    expect(root.attributes).toEqual({ name: 'rcc', ...counts });
    expect(suite?.attributes).toEqual({ name: 'rcc check', skipped: '1', ...counts });
  });

  it('has each case with what is told of it', () => {
    const [passed, failed, skipped, error, others] = suite?.children ?? [];
    expect(passed?.attributes).toEqual({ classname: 'nets/a.rn', name: 'a', time: '0.012500' });
    expect(passed?.children.map(({ name }) => name)).toEqual(['system-out']);
    expect(passed?.text).toContain('as it should');
    expect(passed?.text).toContain(synthetic.message);
    expect(failed?.children).toMatchObject([
      { name: 'failure', attributes: { message: 'too many', type: 'expectation-failed' } },
    ]);
    expect(failed?.text).toContain('nets/a.rn:3:12: error:');
    expect(skipped?.children).toMatchObject([
      { name: 'skipped', attributes: { message: 'not there' } },
    ]);
    expect(error?.attributes.name).toBe('internal-error');
    expect(error?.children).toMatchObject([{ name: 'error' }]);
    expect(others?.name).toBe('system-out');
    expect(others?.text).toContain('Of no case.');
    expect(others?.text).not.toContain(synthetic.message);
  });

  it('is valid whatever names and reasons hold', () => {
    const units = fc.string({ unit: 'binary', maxLength: 20 });
    const words = fc.oneof(units, fc.constantFrom('\u0000', ']]>', '\ufffe', '\ud800', '&#0;'));
    void fc.assert(
      fc.property(words, words, (name, reason) => {
        const cases = (['passed', 'failed'] as const).map((verdict) =>
          judged({ name, group: reason, reason, verdict, diagnostics: [synthetic, wrongFlops] }),
        );
        const read = readJunit(junitFormat.write(sampleOutcome({ cases })));
        expect(read.children[0]?.children).toHaveLength(2);
        expect(read.children[0]?.children[0]?.attributes.name).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('of nothing is valid too', () => {
    expect(readJunit(junitFormat.write(sampleOutcome())).attributes.tests).toBe('0');
  });
});
