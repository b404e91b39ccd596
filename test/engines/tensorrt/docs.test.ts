import { expect, test } from 'vitest';
import { precisionNames } from '../../../codegen/precisions.ts';
import { tensorrtIntent } from '../../../engines/tensorrt/planning/intent.ts';
import { planPrecision } from '../../../engines/tensorrt/planning/precision-recipes.ts';
import { resolveRelease, supportedReleases } from '../../../engines/tensorrt/planning/release.ts';
import { orderOf } from '../../../engines/tensorrt/planning/release-order.ts';
import { tensorrtDocs } from '../../../scripts/tensorrt-docs.ts';

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1);

/** Lines of the table under a heading, the head first. */
function tableUnder(heading: string): string[][] {
  const [, section = ''] = tensorrtDocs().split(`## ${heading}\n`);
  const [whole = ''] = section.split('\n## ', 1);
  const lines = whole.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('| -'));
  return lines.map(cellsOf);
}

function covers(releases: string, release: string): boolean {
  const [, from, to] = /^(?:from )?([\d.]+)(?: to ([\d.]+))?$/.exec(releases) ?? [];
  const last = to ?? (releases.startsWith('from') ? '99.0.0' : from);
  const order = orderOf(release);
  return orderOf(from ?? '') <= order && order <= orderOf(last ?? '');
}

test.each(
  precisionNames,
)('the page and the recipes take %s from the same releases', (precision) => {
  const [head = [], ...rows] = tableUnder('Precision by release');
  const column = head.indexOf(precision);
  const wrong = supportedReleases.filter((release) => {
    const cell = rows.find(([releases = '']) => covers(releases, release))?.[column] ?? 'no row';
    const intent = tensorrtIntent({ precision, batches: [1] });
    const plan = planPrecision(intent, resolveRelease(release), []);
    return plan ? !cell.includes('graph') : !cell.includes('refused');
  });
  expect(wrong).toEqual([]);
});

test('the page says of each precision which GPUs it is built for', () => {
  const names = tableUnder('GPU by release').map(([first]) => first);
  expect(names.filter((name) => name?.startsWith('rcc builds'))).toEqual(
    precisionNames.slice(1).map((name) => `rcc builds ${name}`),
  );
});
