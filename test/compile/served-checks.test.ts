import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/compile/question.ts';
import { checkLabels, type ServedSubject } from '../../src/compile/served-checks.ts';

const labels = ['cat', 'dog', 'owl'];
const picture = { dataType: 'float32', shape: [1, 1], bytes: new Uint8Array(4) } as const;

/** Asks a server that lists these classes for two pictures. */
function check(classes: readonly number[]) {
  const subject = {
    facts: { model: 'pets', server: { extensions: ['classification'] }, inputs: [{ name: 'x' }] },
    served: {
      classify: async () => ({
        shape: [2, 3],
        classes: classes.map((index) => ({ class: index, score: 1, label: labels[index] })),
      }),
    },
    expectation: { labels },
  } as unknown as ServedSubject;
  return checkLabels(subject, { engine: picture } as unknown as Question, 2);
}

describe('labels of a server', () => {
  it('are compared in any order', async () => {
    expect(await check([2, 0, 1, 1, 0, 2])).toMatchObject({ ok: true });
  });

  it('are not all there where a class stands twice, in whichever picture', async () => {
    const found = await check([2, 0, 1, 1, 0, 1]);
    expect(found).toMatchObject({ ok: false, diagnostics: [{ code: 'server-labels-differ' }] });
    expect(found?.diagnostics[0]?.message).toContain('class 2 is not among the 3');
  });
});
