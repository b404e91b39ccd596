import type { Cost } from '../../codegen/cost.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { Accuracy, NamedBench } from './bench-file.ts';
import { type NameStyles, nameStyles } from './charts/name-styles.ts';
import {
  type Baseline,
  type Figures,
  findBaseline,
  type Published,
  publishedBaselines,
} from './published.ts';
import type { Provenance, Report, Section } from './report.ts';
import { baselineTable } from './sections/baseline-table.ts';
import { deviceSections } from './sections/devices.ts';
import { auditSection, layersSection } from './sections/layers.ts';
import { collectMeasured, type Measured, trustedOnly } from './sections/measured.ts';
import { evaluationSection, overviewSection } from './sections/overview.ts';
import { planSections } from './sections/plan.ts';
import { sideBySideSections } from './sections/side-by-side.ts';
import { standInPart, standInWarning } from './sections/unmeasured.ts';
import { splitStandIns } from './split-unmeasured.ts';
import { answerSection, recommendedModel } from './verdict/answer.ts';
import { measuredPlaces, publishedPlaces } from './verdict/candidates.ts';
import type { Wish } from './verdict/choose.ts';

export interface ReportInputs {
  readonly figures: Figures;
  /** In the order given: the last measurement of a cell counts. */
  readonly benches: readonly NamedBench[];
  /** What a choice has to keep to. */
  readonly wish?: Wish;
  /** Further baselines to set beside the published page: names as given to `--against`. */
  readonly against: readonly string[];
  /** rcc's own count of each spec's parameters and FLOPs, by spec name; may be empty. */
  readonly costs: ReadonlyMap<string, Cost>;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Version of rcc. */
  readonly rcc: string;
}

function baselineProvenance(
  { title, engine, release, interval, source, gpu, remarks }: Baseline,
  id: string,
): Provenance {
  return {
    id,
    title,
    facts: [
      ['source', source],
      ['device', gpu],
      ['engine', engine],
      ['TensorRT release', release ?? 'not stated'],
      ['interval', interval ?? 'not stated'],
      ['clocks, date, stability', 'not stated'],
    ],
    remarks,
  };
}

interface NumberedBaseline {
  readonly baseline: Baseline;
  readonly ref: string;
}

function numberBaselines({ figures, against }: ReportInputs): readonly NumberedBaseline[] {
  const page = publishedBaselines(figures.published);
  const pageIds = new Set(page.map(({ id }) => id));
  const further = [...new Set(against)].map((name) => findBaseline(figures, name));
  return [
    ...page.map((baseline, i) => ({ baseline, ref: `P${i + 1}` })),
    ...further
      .filter(({ id }) => !pageIds.has(id))
      .map((baseline, i) => ({ baseline, ref: `B${i + 1}` })),
  ];
}

function gpuSection(baselines: readonly NumberedBaseline[], all: readonly Measured[]): Section {
  return {
    id: 'gpus',
    title: 'Latency on T4 and V100',
    intro: [
      'Milliseconds of a batch. Only what was measured on the same model of GPU stands beside a published figure.',
    ],
    charts: [],
    tables: baselines.map(({ baseline, ref }) => baselineTable(baseline, ref, all)),
    picker: { precision: 'all', batch: 'all' },
  };
}

function doubtfulLines(all: readonly Measured[]): readonly string[] {
  const count = all.length - trustedOnly(all).length;
  if (count === 0) return [];
  return [
    `${count} of them ${count === 1 ? 'is' : 'are'} unstable: in tables, marked, and in no chart and no ratio.`,
  ];
}

function lede(all: readonly Measured[], { published }: Figures): readonly string[] {
  if (all.length === 0) {
    return [
      `Every figure on this page is published (${published.source}); nothing was measured yet.`,
      'Run `rcc bench SPEC…` and then `rcc report` to set your own beside them.',
    ];
  }
  const devices = [...new Set(all.map(({ row }) => row.device.name))];
  return [
    `${all.length} ${all.length === 1 ? 'measurement' : 'measurements'} on ${devices.join(', ')}, beside the published figures (${published.source}).`,
    ...doubtfulLines(all),
  ];
}

/** Most measurements, layers of profiles and holes of plans that a page shows. */
const most = { measurements: 4000, layers: 20_000, 'batches without a figure': 20_000 } as const;

/** Throws DiagnosticError `report-too-large`. */
function checkSize(benches: readonly NamedBench[]): void {
  const sum = (countOf: (bench: NamedBench['bench']) => number) =>
    benches.reduce((total, { bench }) => total + countOf(bench), 0);
  const counts = {
    measurements: sum(({ rows }) => rows.length),
    layers: sum(({ profiles }) => profiles.reduce((total, { layers }) => total + layers.length, 0)),
    'batches without a figure': sum(({ missing = [] }) =>
      missing.reduce((total, { batches }) => total + batches.length, 0),
    ),
  };
  for (const what of ['measurements', 'layers', 'batches without a figure'] as const) {
    if (counts[what] > most[what])
      fail('report-too-large', { count: counts[what], what, most: most[what] });
  }
}

/** One colour and mark a model, first those that were measured. */
function stylesOf({ models }: Published, all: readonly Measured[]): NameStyles {
  const measured = all.map(({ row }) => row.model);
  return nameStyles([...measured, ...models.map(({ spec }) => spec)]);
}

/** What is asked first: the setting of a first look. */
const firstPublished = { device: 'T4', batch: 4 };

function answer(
  { figures: { published }, wish = {} }: ReportInputs,
  { all, accuracies, styles }: Evidence,
): Section | undefined {
  const measured = measuredPlaces(all, { models: published.models, accuracies });
  const [first] = measured;
  return first
    ? answerSection({ places: measured, wish, styles, first })
    : answerSection({ places: publishedPlaces(published), wish, styles, first: firstPublished });
}

interface Evidence {
  readonly all: readonly Measured[];
  readonly accuracies: readonly Accuracy[];
  readonly styles: NameStyles;
}

/** One's own figures, then the published page. */
function figureSections(
  { figures: { published }, costs }: ReportInputs,
  {
    benches,
    baselines,
    evidence: { all, accuracies, styles },
    recommended,
  }: {
    readonly benches: readonly NamedBench[];
    readonly baselines: readonly NumberedBaseline[];
    readonly evidence: Evidence;
    readonly recommended: string | undefined;
  },
): readonly (Section | undefined)[] {
  const { models } = published;
  return [
    ...planSections(benches),
    ...deviceSections(all, { models, accuracies, styles }),
    ...sideBySideSections(all, { models, accuracies, styles }),
    evaluationSection(accuracies, models),
    layersSection(
      benches.flatMap(({ bench }) => bench.profiles),
      recommended,
    ),
    auditSection(benches.flatMap(({ bench }) => bench.audits)),
    overviewSection({ published, costs, styles }),
    gpuSection(baselines, all),
  ];
}

/** Everything a report shows, as data. Throws DiagnosticError `unknown-baseline` or `report-too-large`. */
export function buildReport(inputs: ReportInputs): Report {
  const { figures, costs, createdAt, rcc } = inputs;
  const { published } = figures;
  checkSize(inputs.benches);
  const { measured: benches, standIns } = splitStandIns(inputs.benches);
  const standIn = standInPart(standIns);
  const warning = standInWarning(standIns);
  const measured = collectMeasured(benches);
  const baselines = numberBaselines(inputs);
  const evidence = {
    all: measured.all,
    accuracies: benches.flatMap(({ bench }) => bench.accuracies),
    styles: stylesOf(published, measured.all),
  };
  const verdict = answer(inputs, evidence);
  const recommended = verdict && recommendedModel(verdict);
  const sections: readonly (Section | undefined)[] = [
    verdict,
    ...figureSections(inputs, { benches, baselines, evidence, recommended }),
    ...standIn.sections,
  ];
  const page: Provenance = {
    id: 'P0',
    title: published.title,
    facts: [['source', published.source]],
    remarks: published.remarks,
  };
  const counted: Provenance = {
    id: 'C',
    title: 'Counted by rcc on the networks that the specs describe',
    facts: [
      ['rcc', rcc],
      ['FLOPs', published.flopsRule],
    ],
    remarks: [],
  };
  return {
    title: 'ResNet: accuracy, cost and latency',
    lede: lede(measured.all, figures),
    ...(warning === undefined ? {} : { warning }),
    createdAt,
    rcc,
    sections: sections.filter((section) => section !== undefined),
    provenance: [
      page,
      ...baselines.map(({ baseline, ref }) => baselineProvenance(baseline, ref)),
      ...(costs.size > 0 ? [counted] : []),
      ...measured.provenance,
      ...standIn.provenance,
    ],
  };
}
