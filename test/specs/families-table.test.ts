/* The table of docs/families.md: every network of the catalogue has a row, and none of them disagrees. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const { models }: { models: readonly { readonly name: string }[] } = JSON.parse(
  readFileSync('specs/catalogue.json', 'utf8'),
);
const page = readFileSync('docs/families.md', 'utf8');
const rows = new Map<string, string>(
  [...page.matchAll(/^\| ([^\s-]\S*) \| (\S+) \| (.*) \| (.*) \|$/gm)]
    .map(([, name = '', framework = '', , outcome = '']) => {
      const ours = name.replace('microsoft/', '').toLowerCase();
      return [`${framework}/${ours}`, outcome] as const;
    })
    .filter(([, outcome]) => outcome !== 'judged'),
);

/** Whether an outcome is one, and an error one that a right network may have. */
function isRight(outcome: string): boolean {
  const [, error] =
    /^agrees: (\d\.\de-\d)(?: \(own \d\.\de-[5-9]\))?(?:; given: [a-z, -]+)?$/.exec(outcome) ?? [];
  return error === undefined
    ? /^(cannot be said|not tried): \S/.test(outcome)
    : Number(error) <= 2e-4;
}

describe('docs/families.md', () => {
  it('has a row for each of 176 networks', () => expect(rows.size).toBe(176));

  it('says of each what became of it', () => {
    expect([...rows].filter(([, outcome]) => !isRight(outcome))).toEqual([]);
  });

  it('refuses no network of the catalogue', () => {
    const missing = models.filter(
      ({ name }) => !/^(agrees|not tried): /.test(rows.get(name) ?? ''),
    );
    expect(missing).toEqual([]);
  });

  it('counts them', () => {
    const counts = ['agrees', 'cannot be said', 'not tried', 'DISAGREES'].map((start) => {
      const count = [...rows.values()].filter((outcome) => outcome.startsWith(start)).length;
      return `${start}: ${count}`;
    });
    expect(page).toContain(`176 networks. ${counts.join(', ')}.`);
    expect(page).toContain('DISAGREES: 0');
  });
});
