/*
 * A network as SVG: a row for each part with its output's shape and share of the work, a card for each kind of block in it, and below the work of every
 * block in order. Blocks that are alike share a card, so a network of 200 layers is as high as one of 18.
 */
import { greatest } from '../../collections/extremes.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { StyleIndex } from '../charts/chart.ts';
import { fillOf, loneFileStyle, strokeOf } from '../charts/palette.ts';
import { textAt } from '../charts/plot.ts';
import { fontFamily } from '../charts/render-chart.ts';
import { formatLarge } from '../format.ts';
import { element, join, type Markup, raw } from '../markup.ts';
import { blockName, card, cardHeight, cardWidth } from './card.ts';
import type { NetworkOutline, NetworkPart } from './outline.ts';

const margin = 16;
const railWidth = 168;
const cardGap = 14;
/** Fewest and most cards beside each other. */
const cardsPerLine = [2, 3] as const;
const rowGap = 26;
const skylineHeight = 110;

interface Drawn {
  readonly markup: Markup;
  readonly height: number;
}

function styleOf(index: number): StyleIndex {
  return (index % 8) as StyleIndex;
}

/** Title, output shape and share of the network's work, at the left of a part's cards. */
function rail(part: NetworkPart, network: NetworkOutline, y: number, style: StyleIndex): Markup {
  const share = network.macs > 0 ? part.macs / network.macs : 0;
  const barWidth = railWidth - 34;
  return join([
    element('rect', { x: margin, y, width: 5, height: 82, rx: 2.5, ...fillOf(style) }),
    textAt(part.title, { x: margin + 16, y: y + 15, size: 15, tone: 'ink', bold: true }),
    textAt(part.output, { x: margin + 16, y: y + 34, size: 12, tone: 'ink' }),
    textAt(`${formatLarge(part.macs)} MACs, ${formatPercent(share, 0)}`, {
      x: margin + 16,
      y: y + 53,
      size: 11,
    }),
    element('rect', {
      x: margin + 16,
      y: y + 61,
      width: barWidth,
      height: 7,
      rx: 3.5,
      ...fillOf('grid'),
    }),
    element('rect', {
      x: margin + 16,
      y: y + 61,
      width: Math.max(2, barWidth * share),
      height: 7,
      rx: 3.5,
      ...fillOf(style),
    }),
    textAt(`${formatLarge(part.params)} parameters`, { x: margin + 16, y: y + 84, size: 11 }),
  ]);
}

function cardColumns({ parts }: NetworkOutline): number {
  const [fewest, most] = cardsPerLine;
  return Math.min(most, greatest([fewest, ...parts.map(({ groups }) => groups.length)]));
}

function widthOf(network: NetworkOutline): number {
  return 2 * margin + railWidth + cardColumns(network) * (cardWidth + cardGap);
}

function drawPart(
  part: NetworkPart,
  network: NetworkOutline,
  top: number,
  style: StyleIndex,
): Drawn {
  const columns = cardColumns(network);
  const parts: Markup[] = [rail(part, network, top, style)];
  let y = top;
  for (let i = 0; i < part.groups.length; i += columns) {
    const line = part.groups.slice(i, i + columns);
    for (const [column, group] of line.entries()) {
      const x = margin + railWidth + column * (cardWidth + cardGap);
      parts.push(
        card(group, { x, y }, style, part.id.startsWith('stage') ? blockName(group) : 'Layers'),
      );
    }
    y += greatest(line.map(cardHeight)) + cardGap;
  }
  return { markup: join(parts), height: Math.max(y - cardGap - top, 90) };
}

/** The work of each block in the order it is done, one column each. */
function skyline(network: NetworkOutline, top: number): Drawn {
  const width = widthOf(network);
  const columns = network.parts.flatMap(({ title, groups }, i) =>
    groups.flatMap((group) =>
      Array.from({ length: group.count }, (_, j) => ({
        macs: group.macs,
        style: styleOf(i),
        name:
          groups.length === 1 && group.count === 1 ? title : `${title}, block ${group.first + j}`,
      })),
    ),
  );
  const most = greatest([1, ...columns.map(({ macs }) => macs)]);
  const stepWidth = Math.min(58, (width - 2 * margin) / Math.max(1, columns.length));
  const base = top + skylineHeight;
  const bars = columns.map(({ macs, style, name }, i) => {
    const height = Math.max(1, (skylineHeight - 34) * (macs / most));
    const tip = `${name}: ${formatLarge(macs)} MACs`;
    return element(
      'rect',
      {
        x: margin + i * stepWidth,
        y: base - height,
        width: Math.max(1, stepWidth - (stepWidth > 5 ? 2 : 1)),
        height,
        rx: Math.min(2, stepWidth / 4),
        ...fillOf(style),
      },
      [element('title', {}, [tip])],
    );
  });
  const markup = join([
    textAt('MACs of each block, in order', {
      x: margin,
      y: top + 12,
      size: 12,
      tone: 'ink',
      bold: true,
    }),
    textAt(`highest: ${formatLarge(most)}`, {
      x: width - margin,
      y: top + 12,
      size: 11,
      anchor: 'end',
    }),
    ...bars,
    element('line', { x1: margin, x2: width - margin, y1: base, y2: base, ...strokeOf('axis') }),
  ]);
  return { markup, height: skylineHeight };
}

function arrow(x: number, y: number): Markup {
  return element('path', {
    d: `M${x},${y}v${rowGap - 12}m-4,-5l4,5l4,-5`,
    'stroke-width': 1.6,
    ...strokeOf('axis'),
  });
}

/** The picture of a network as an SVG file that follows the reader's light or dark system. */
export function networkToSvg(network: NetworkOutline): string {
  const width = widthOf(network);
  const drawn: Markup[] = [];
  let y = 84;
  for (const [i, part] of network.parts.entries()) {
    const { markup, height } = drawPart(part, network, y, styleOf(i));
    drawn.push(markup);
    y += height + rowGap;
    if (i < network.parts.length - 1) drawn.push(arrow(margin + 2.5, y - rowGap + 4));
  }
  const line = skyline(network, y);
  const height = y + line.height + margin;
  const blocks = network.parts.reduce(
    (sum, { id, groups }) =>
      sum + (id.startsWith('stage') ? groups.reduce((n, { count }) => n + count, 0) : 0),
    0,
  );
  const facts = `input ${network.input}; ${blocks} blocks; ${formatLarge(network.macs)} MACs a picture; ${formatLarge(network.params)} parameters`;
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      width,
      height: Math.ceil(height),
      role: 'img',
      'aria-labelledby': 'network-title network-facts',
      'font-family': fontFamily,
    },
    [
      element('title', { id: 'network-title' }, [network.name]),
      element('desc', { id: 'network-facts' }, [
        `${facts}. ${network.parts.map((part) => `${part.title}: ${part.output}, ${formatLarge(part.macs)} MACs`).join('. ')}.`,
      ]),
      element('style', {}, [raw(loneFileStyle)]),
      element('rect', { width, height: Math.ceil(height), ...fillOf('surface') }),
      textAt(network.name, { x: margin, y: 34, size: 20, tone: 'ink', bold: true }),
      textAt(facts, { x: margin, y: 56, size: 12 }),
      ...drawn,
      line.markup,
    ],
  );
  return `${svg.markup}\n`;
}
