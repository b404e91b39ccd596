import {
  type Chart,
  type ChartSize,
  type ChartVerdict,
  narrowSize,
  wideSize,
} from '../charts/chart.ts';
import { chartInPage } from '../charts/render-chart.ts';
import { formatPrecision } from '../format.ts';
import { type Child, element, join, type Markup, raw } from '../markup.ts';
import { answerId, type Provenance, type Report, type Section } from '../report.ts';
import { pageScript } from './script.ts';
import { bannerStyle, pageStyle } from './style.ts';
import { tableToHtml } from './table-html.ts';

/** Text with `code` between backticks. */
function prose(text: string): readonly Child[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? element('code', {}, [part]) : part));
}

/** A figure stays in one line with its unit. */
function unbroken(sentence: string): string {
  return sentence.replaceAll(/(?<=\d) (?=(?:%|ms|×|point|±))|(?<=±) /g, '\u00a0');
}

/** The headline, then what else is to be said. */
function verdictToHtml({ headline, sentences }: ChartVerdict): Markup {
  return element('div', { class: 'verdict' }, [
    headline !== undefined && element('p', { class: 'headline' }, prose(unbroken(headline))),
    element(
      'ul',
      {},
      sentences.map((sentence) => element('li', {}, prose(unbroken(sentence)))),
    ),
  ]);
}

/** Stands where a mark's figures will. */
const readoutHint = 'Point at a mark for its figures, or walk with the arrow keys.';

function plot(chart: Chart, size: ChartSize, kind: 'wide' | 'narrow'): Markup {
  return element('div', { class: `plot ${kind}`, 'data-name': chart.title }, [
    chartInPage(chart, { ...size, asked: true }),
  ]);
}

function figure(chart: Chart): Markup {
  return element(
    'figure',
    {
      id: `chart-${chart.id}`,
      'data-device': chart.device,
      'data-precision': chart.precision,
      'data-batch': chart.batch,
    },
    [
      chart.verdict !== undefined && verdictToHtml(chart.verdict),
      element('div', { class: 'drawing' }, [
        element('figcaption', {}, [chart.title, element('small', {}, [chart.source])]),
        element('p', { class: 'readout', 'data-script': true, hidden: true }, [readoutHint]),
        plot(chart, wideSize, 'wide'),
        plot(chart, narrowSize, 'narrow'),
      ]),
    ],
  );
}

interface Choice {
  readonly name: 'device' | 'precision' | 'batch';
  readonly label: string;
  readonly values: readonly (readonly [value: string, text: string])[];
  readonly chosen: string | undefined;
}

function choicesOf({ charts, tables, picker }: Section): readonly Choice[] {
  if (!picker) return [];
  const settings = [...charts, ...tables.flatMap(({ columns }) => columns)];
  const known = <T>(values: readonly (T | undefined)[]): readonly T[] => [
    ...new Set(values.filter((value) => value !== undefined)),
  ];
  const devices = known(charts.map(({ device }) => device));
  const precisions = known(settings.map(({ precision }) => precision));
  const batches = known(settings.map(({ batch }) => batch)).toSorted((a, b) => a - b);
  const all: readonly Choice[] = [
    {
      name: 'device',
      label: 'Device',
      values: devices.map((device) => [device, device]),
      chosen: picker.device,
    },
    {
      name: 'precision',
      label: 'Precision',
      values: precisions.map((precision) => [precision, formatPrecision(precision)]),
      chosen: undefined,
    },
    {
      name: 'batch',
      label: 'Batch',
      values: batches.map((batch) => [String(batch), String(batch)]),
      chosen: picker.batch === undefined ? undefined : String(picker.batch),
    },
  ];
  return all.filter(({ values }) => values.length > 1);
}

function pickers(section: Section): Markup | false {
  const choices = choicesOf(section);
  if (choices.length === 0) return false;
  return element(
    'div',
    { class: 'pickers', 'data-picker': true, 'data-script': true, hidden: true },
    choices.map(({ name, label, values, chosen }) => {
      const options = [['all', 'all'] as const, ...values].map(([value, text]) =>
        element('option', { value, selected: value === (chosen ?? 'all') }, [text]),
      );
      return element('label', {}, [`${label} `, element('select', { name }, options)]);
    }),
  );
}

function banner(warning: string | undefined): Markup | false {
  return warning !== undefined && element('p', { class: 'banner', role: 'note' }, prose(warning));
}

function sectionToHtml(section: Section): Markup {
  const { id, title, warning, intro, charts, tables, tablesFirst } = section;
  const drawings = charts.length > 0 && element('div', { class: 'charts' }, charts.map(figure));
  const figures = tables.length > 0 && element('div', { class: 'tables' }, tables.map(tableToHtml));
  return element('section', { id, 'aria-labelledby': `${id}-title` }, [
    element('h2', { id: `${id}-title` }, [title]),
    banner(warning),
    ...intro.map((sentence) => element('p', { class: 'intro' }, prose(sentence))),
    pickers(section),
    ...(tablesFirst ? [figures, drawings] : [drawings, figures]),
  ]);
}

function sourceToHtml({ id, title, facts, remarks }: Provenance): Markup {
  return element('article', { class: 'source', id: `source-${id}`, tabindex: -1 }, [
    element('h3', {}, [`${id} · ${title}`]),
    element('dl', {}, [
      join(
        facts.map(([name, value]) => join([element('dt', {}, [name]), element('dd', {}, [value])])),
      ),
    ]),
    remarks.length > 0 &&
      element(
        'ul',
        { class: 'notes' },
        remarks.map((remark) => element('li', {}, [remark])),
      ),
  ]);
}

function bar(sections: readonly Section[]): Markup {
  const links = [...sections, { id: 'sources', title: 'Sources' }];
  return element('div', { class: 'bar' }, [
    element('div', { class: 'items' }, [
      element(
        'nav',
        { 'aria-label': 'Sections' },
        links.map(({ id, title }) => element('a', { href: `#${id}` }, [title])),
      ),
      element('div', { class: 'tools', role: 'search', 'data-script': true, hidden: true }, [
        element('input', {
          id: 'filter',
          type: 'search',
          'aria-label': 'Filter models',
          placeholder: 'Filter models',
        }),
        element('button', { id: 'theme', class: 'theme', type: 'button' }, ['Theme: auto']),
      ]),
    ]),
  ]);
}

/** What stands above all else. */
const isAnswer = ({ id }: Section): boolean => id === answerId;

/** The report as one HTML file that needs nothing else: readable without a script, printable, light and dark. */
export function reportToHtml(report: Report): string {
  const { title, lede, warning, sections, provenance, createdAt, rcc } = report;
  const answers = sections.filter(isAnswer);
  const others = sections.filter((section) => !isAnswer(section));
  const head = element('head', {}, [
    element('meta', { charset: 'utf-8' }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'generator', content: `rcc ${rcc}` }),
    element('title', {}, [title]),
    element('style', {}, [raw(warning === undefined ? pageStyle : `${pageStyle}${bannerStyle}`)]),
  ]);
  const body = element('body', {}, [
    element('a', { class: 'skip', href: '#main' }, ['Skip to the figures']),
    element('header', {}, [
      element('div', { class: 'wrap' }, [element('h1', {}, [title]), banner(warning)]),
    ]),
    element('main', { id: 'main', class: 'wrap', tabindex: -1 }, [
      ...answers.map(sectionToHtml),
      element(
        'div',
        { class: 'ledes' },
        lede.map((sentence) => element('p', { class: 'lede' }, prose(sentence))),
      ),
      bar(others),
      ...others.map(sectionToHtml),
      element('section', { id: 'sources', 'aria-labelledby': 'sources-title' }, [
        element('h2', { id: 'sources-title' }, ['Where the figures come from']),
        element('p', { class: 'intro' }, [
          'What each mark behind a column or a figure stands for.',
        ]),
        element('div', { class: 'sources' }, provenance.map(sourceToHtml)),
      ]),
    ]),
    element('footer', { class: 'wrap' }, [`Written by rcc ${rcc}, ${createdAt}.`]),
    element('div', { id: 'status', role: 'status', class: 'skip' }),
    element('script', {}, [raw(pageScript())]),
  ]);
  return `<!doctype html>\n${element('html', { lang: 'en' }, [head, body]).markup}\n`;
}
