import type { Fit, FitError } from '../../src/estimate/constants.ts';
import { type UnfittedStep, unfittedTitle } from '../../src/estimate/unfitted-steps.ts';
import { errorOf, type HeldOut, shareError, type Trials } from './trials.ts';

const percent = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
const factor = (value: number): string =>
  `${value.toFixed(2)} (+${percent(value - 1)} / −${percent(1 - 1 / value)} %)`;

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [row(head), row(rule), ...rows.map(row)].join('\n');
}

const columnOf = ({ cell: { setting } }: HeldOut): string =>
  `${setting.gpu.name} ${setting.precision} batch ${setting.batch}`;

function errorCells({ mean, p90, worst }: FitError): readonly string[] {
  return [mean, p90, worst].map(percent);
}

function summaryRows(trials: Trials): readonly (readonly string[])[] {
  const rows: readonly (readonly [string, readonly HeldOut[], string])[] = [
    ['in sample', trials.seen, ''],
    ['each architecture left out', trials.architectures, 'mean ≤ 4, p90 ≤ 8, worst ≤ 12'],
    ['each depth left out', trials.depths, 'mean ≤ 4.5, worst ≤ 13'],
    ['320 pixels from 224', trials.largerInput, 'worst ≤ 8'],
    ['each batch left out', trials.batches, ''],
    ['basic blocks from bottlenecks and back', trials.network, ''],
    ['V100 from T4', trials.gpu, ''],
    ['T4 FP16 from FP32', trials.precision, ''],
    ['relatives: groups, attention, parts', trials.relatives, ''],
  ];
  return rows.map(([name, heldOut, target]) => [
    name,
    String(heldOut.length),
    ...errorCells(errorOf(heldOut)),
    target,
  ]);
}

function columnRows({ architectures, depths }: Trials): readonly (readonly string[])[] {
  return [...new Set(architectures.map(columnOf))].map((column) => {
    const of = (heldOut: readonly HeldOut[]) =>
      errorOf(heldOut.filter((item) => columnOf(item) === column));
    const [out, deep] = [of(architectures), of(depths)];
    return [column, percent(out.mean), percent(out.worst), percent(deep.mean), percent(deep.worst)];
  });
}

function cellRows(items: readonly HeldOut[]): readonly (readonly string[])[] {
  const nameOf = ({ cell }: HeldOut) =>
    `${cell.architecture}${cell.side === 224 ? '' : ` ${cell.side} px`}`;
  const columns = [...new Set(items.map(columnOf))];
  return [...new Set(items.map(nameOf))].map((name) => [
    name,
    ...columns.map((column) => {
      const found = items.find((item) => nameOf(item) === name && columnOf(item) === column);
      return found ? signed(shareError(found)) : '';
    }),
  ]);
}

function constantRows({ constants }: Fit): readonly (readonly string[])[] {
  const meanings: Readonly<Record<keyof Fit['constants'], string>> = {
    launchMs: 'ms of every convolution and linear layer',
    fixedMs: 'ms of every batch',
    copyGBps: 'GB/s at which the float32 pictures are copied, or whatever else each picture costs',
    computeV100Fp32: 'share of 15.7 TFLOPS; above 1: Winograd',
    computeT4Fp32: 'share of 8.1 TFLOPS',
    computeT4Fp16: 'share of 65 TFLOPS, 1×1 convolutions that fill the GPU',
    bandwidthV100: 'share of 900 GB/s',
    bandwidthT4: 'share of 320 GB/s',
    occupancyExponent: 'FP16: rate ∝ (output elements / (128 · 128 · SMs)) ^ this, at most 1',
    windowed: 'FP16: rate of windows larger than 1×1 relative to 1×1',
  };
  return Object.entries(meanings).map(([name, meaning]) => [
    `\`${name}\``,
    String(Number(constants[name as keyof Fit['constants']].toPrecision(3))),
    meaning,
  ]);
}

/** docs/estimate.md. */
export function estimatePage(fit: Fit, trials: Trials): string {
  const { band } = fit;
  const columns = [...new Set(trials.architectures.map(columnOf))];
  return `# The latency estimate

\`rcc estimate SPEC --gpu t4|v100\` predicts what the published page would have measured, before a GPU is at hand. It is a roofline per kernel with ten constants for the three
tables together, fitted by \`npm run fit-estimate\`, which writes this page. It was never checked on a GPU of ours; what the published interval holds is not documented (it holds more
than GPU compute), and an estimate means the same interval.

## The form

    latency = fixed + batch · input bytes / copy
            + Σ kernels [ launch + hypot( flops / (compute · peak · u · w), bytes / (bandwidth share · bandwidth) ) ]
    u = min(1, batch · output elements / (128 · 128 · SMs)) ^ occupancy exponent    in FP16, else 1
    w = windowed    in FP16 for windows larger than 1×1, else 1

A kernel is a convolution with its batch norm, residual add and activation, a pool, or the linear layer; pools have no launch. Bytes are input, residual, weights and output at the
precision, flops are 2 × MACs. The fit is least squares on the logarithm of estimate / published over the ${trials.seen.length} cells at 224 pixels (12 architectures, repeated rows averaged).

${table(
  ['constant', 'fitted', 'of what'],
  constantRows(fit).map(([name = '', value = '', meaning = '']) => [name, value, meaning]),
)}

They are fitted, not measured: each stands for what it is named after and for whatever goes along with it.

## Errors

In % of the published latency, of cells that the fit did not see. Leaving a depth out removes all its variants and is the stricter test.

${table(['what is left out', 'cells', 'mean', '90th percentile', 'worst', 'aim'], summaryRows(trials))}

The two before the last predict a whole table with the constants of another one and the data sheet's rates; T4 FP16 from FP32 assumes an occupancy exponent of 0.5, which no FP32 table shows.

By column:

${table(
  ['column', 'architecture out: mean', 'worst', 'depth out: mean', 'worst'],
  columnRows(trials),
)}

## The band

An estimate is never shown without its band. For the fitted settings (V100 FP32, T4 FP16, T4 FP32; batch ${fit.batches.join(', ')}; ${(fit.macs[0] / 1e9).toFixed(1)} to ${(fit.macs[1] / 1e9).toFixed(1)} G MACs; ${fit.sides.join(' to ')} pixels) it is the factor that
holds 90 % of held-out cells. Anything else says "extrapolated" and why, and takes the worst factor seen when such cells were left out; several kinds multiply. INT8 was never tested: its factor is that of predicting
FP16 from FP32.

${table(
  ['setting', 'factor'],
  [
    ['fitted', factor(band.fitted)],
    ['another batch', factor(band.batch)],
    ['another network or input size', factor(band.network)],
    ['another GPU', factor(band.gpu)],
    ['another precision', factor(band.precision)],
    ...Object.entries(band.steps).map(([step, worst]) => [
      unfittedTitle(step as UnfittedStep),
      factor(worst),
    ]),
  ],
)}

## Every cell

Estimate against published, in %, with the architecture left out of the fit (320 pixels: fitted at 224).

${table(['', ...columns], cellRows([...trials.architectures, ...trials.largerInput]))}

## Relatives

Estimate against published, in %, of networks whose steps no fitted network has (grouped convolutions, attention, parts of channels beside each other). A roofline cannot know what
these cost: their kernels are short and many. \`rcc estimate\` calls such a figure extrapolated, gives it the band of the worst cell with such a step (of the worst of all where none was published), and shows the published time beside it
where the network is one of these, whatever its classes.

${table(['', ...columns], cellRows(trials.relatives))}
`;
}
