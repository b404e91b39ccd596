import type { StyleIndex } from '../charts/chart.ts';
import { fillOf, strokeOf } from '../charts/palette.ts';
import { textAt } from '../charts/plot.ts';
import { fitText } from '../charts/text-width.ts';
import { formatLarge } from '../format.ts';
import { element, join, type Markup } from '../markup.ts';
import type { BlockGroup } from './outline.ts';
import type { Step } from './steps.ts';

export const cardWidth = 248;
const stepHeight = 24;
const shortcutHeight = 17;
const cardHead = 26;
const cardFoot = 26;
/** Steps of one card; the rest is counted. */
const maxSteps = 10;

function shownSteps(steps: readonly Step[]): readonly Step[] {
  if (steps.length <= maxSteps) return steps;
  const text = `… and ${steps.length - maxSteps + 1} more`;
  return [...steps.slice(0, maxSteps - 1), { text, form: 'layer' }];
}

/** Height of a card in pixels. */
export function cardHeight(group: BlockGroup): number {
  const steps = shownSteps(group.steps).length * stepHeight;
  return cardHead + steps + group.shortcut.length * shortcutHeight + cardFoot;
}

/** `Block 1`, `Blocks 2–4`. */
export function blockName({ first, count }: BlockGroup): string {
  return count > 1 ? `Blocks ${first}–${first + count - 1}` : `Block ${first}`;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The mark at a step's left: a bar, a bar in three where layers lie beside each other, a ring where channels are weighed. */
function mark(form: Step['form'], { x, y }: Place, style: StyleIndex): Markup {
  const height = stepHeight - 5;
  if (form === 'attention')
    return element('circle', {
      cx: x + 3,
      cy: y + height / 2,
      r: 3.2,
      'stroke-width': 1.8,
      ...strokeOf(style),
    });
  const count = form === 'parts' ? 3 : 1;
  const gap = 2;
  const own = (height - gap * (count - 1)) / count;
  const bar = (i: number) =>
    element('rect', { x, y: y + i * (own + gap), width: 4, height: own, rx: 2, ...fillOf(style) });
  return join(Array.from({ length: count }, (_, i) => bar(i)));
}

function step({ text, form }: Step, { x, y }: Place, inner: number, style: StyleIndex): Markup {
  return join([
    element('rect', {
      x,
      y: y + 2,
      width: inner,
      height: stepHeight - 5,
      rx: 5,
      ...fillOf('surface'),
    }),
    mark(form, { x, y: y + 2 }, style),
    textAt(fitText(text, inner - 16, 11), { x: x + 11, y: y + 16, size: 11, tone: 'ink' }),
  ]);
}

/** The line past the main branch, from the card's first step to its sum. */
function shortcutLine(x: number, top: number, bottom: number): Markup {
  const right = x + cardWidth - 16;
  const left = x + cardWidth - 32;
  return element('path', {
    d: `M${left},${top + 8}H${right - 6}q6,0 6,6V${bottom - 6}q0,6 -6,6H${left + 5}m4,-4l-4,4l4,4`,
    'stroke-width': 1.6,
    ...strokeOf('quiet'),
  });
}

function cardBack({ x, y }: Place, height: number): Markup {
  return element('rect', {
    x,
    y,
    width: cardWidth,
    height,
    rx: 9,
    ...strokeOf('axis'),
    ...fillOf('band'),
    class: 'f-band k-axis',
  });
}

/** What the shortcut adds, a line each. */
function shortcutText(shortcut: readonly string[], { x, y }: Place): Markup {
  return join(
    shortcut.map((text, i) =>
      textAt(fitText(`${i === 0 ? '+' : '\u2003'} ${text}`, cardWidth - 46, 10.5), {
        x,
        y: y + i * shortcutHeight,
        size: 10.5,
      }),
    ),
  );
}

/** A card for blocks that are alike: the main branch step by step, the shortcut past it, the work. */
export function card(group: BlockGroup, { x, y }: Place, style: StyleIndex, title: string): Markup {
  const steps = shownSteps(group.steps);
  const height = cardHeight(group);
  const stepsTop = y + cardHead;
  const stepsEnd = stepsTop + steps.length * stepHeight;
  const hasShortcut = group.shortcut.length > 0;
  const inner = cardWidth - (hasShortcut ? 44 : 24);
  const behind = [2, 1].filter((layer) => group.count > layer);
  const head = { y: y + 18, size: 12, tone: 'ink', bold: true } as const;
  return join([
    ...behind.map((layer) => cardBack({ x: x + 4 * layer, y: y - 4 * layer }, height)),
    cardBack({ x, y }, height),
    textAt(title, { x: x + 12, ...head }),
    group.count > 1 &&
      textAt(`× ${group.count}`, { x: x + cardWidth - 12, anchor: 'end', ...head }),
    ...steps.map((one, i) => step(one, { x: x + 12, y: stepsTop + i * stepHeight }, inner, style)),
    hasShortcut && shortcutLine(x, stepsTop, stepsEnd + 10),
    shortcutText(group.shortcut, { x: x + 12, y: stepsEnd + 14 }),
    textAt(
      `${formatLarge(group.macs)} MACs, ${formatLarge(group.params)} parameters${group.count > 1 ? ' each' : ''}`,
      { x: x + 12, y: y + height - 9, size: 10 },
    ),
  ]);
}
