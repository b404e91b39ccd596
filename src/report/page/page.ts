import type { Precision } from '../../../engines/engine.ts';
import { greatest } from '../../collections/extremes.ts';
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
import { type Setting, settingNames } from '../setting.ts';
import { withSharedNotes } from '../table.ts';
import { pageScript } from './script.ts';
import { bannerStyle, pageStyle } from './style.ts';
import { notesToHtml, settingAttributes, tableToHtml } from './table-html.ts';

/** Text with `code` between backticks. */
function prose(text: string): readonly Child[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? element('code', {}, [part]) : part));
}

/** A figure stays in one line with its unit. */
function unbroken(sentence: string): string {
  return sentence.replaceAll(/(?<=\d) (?=(?:%|ms|×|point|±))|(?<=±) /g, '\u00a0');
}

/** What it is of, the headline, then what else is to be said. */
function verdictToHtml(verdict: ChartVerdict): Markup | false {
  const { place, headline, sentences, note } = verdict;
  if (headline === undefined && sentences.length === 0) return false;
  return element('div', { class: 'verdict' }, [
    element('p', { class: 'place' }, [place]),
    headline !== undefined && element('p', { class: 'headline' }, prose(unbroken(headline))),
    element(
      'ul',
      {},
      sentences.map((sentence) => element('li', {}, prose(unbroken(sentence)))),
    ),
    note !== undefined && element('p', { class: 'note' }, [note]),
  ]);
}

function plot(chart: Chart, size: ChartSize, kind: 'wide' | 'narrow'): Markup {
  return element('div', { class: `plot ${kind}`, 'data-name': chart.title }, [
    chartInPage(chart, { ...size, asked: true }),
  ]);
}

/** Characters that one line of a readout holds at least, in a wide and in a narrow window. */
const readoutLine = { wide: 70, narrow: 40 } as const;

/** As many lines as the longest text of a readout takes: what a mark tells moves nothing. */
function readoutStyle({ source }: Chart, { markup }: Markup): string {
  const tips = [...markup.matchAll(/data-tip="([^"]*)"/g)].map(([, tip = '']) => tip.length);
  const longest = greatest([source.length, ...tips]);
  return Object.entries(readoutLine)
    .map(([width, length]) => `--${width}:${Math.ceil(longest / length)}`)
    .join(';');
}

function figure(chart: Chart): Markup {
  const wide = plot(chart, wideSize, 'wide');
  const style = readoutStyle(chart, wide);
  return element(
    'figure',
    {
      id: `chart-${chart.id}`,
      ...settingAttributes(chart),
    },
    [
      chart.verdict !== undefined && verdictToHtml(chart.verdict),
      element('div', { class: 'drawing' }, [
        element('figcaption', {}, [
          chart.title,
          element('small', { class: 'readout', style, 'data-source': chart.source }, [
            chart.source,
          ]),
        ]),
        wide,
        plot(chart, narrowSize, 'narrow'),
      ]),
    ],
  );
}

const labels = {
  device: 'Device',
  model: 'Model',
  precision: 'Precision',
  batch: 'Batch',
} as const;

interface Choice {
  readonly name: (typeof settingNames)[number];
  readonly values: readonly string[];
  readonly chosen: string;
}

/** All that a picker may hide. */
function settingsIn({ charts, tables }: Section): readonly Setting[] {
  return [...charts, ...tables, ...tables.flatMap(({ columns, rows }) => [...columns, ...rows])];
}

/** What the reader may pick: each setting that the section offers and has more than one value of. */
function choicesOf(section: Section): readonly Choice[] {
  const { picker = {} } = section;
  const all = settingsIn(section);
  return settingNames.flatMap((name) => {
    const chosen = picker[name];
    const values = [...new Set(all.flatMap((each) => each[name] ?? []))];
    if (chosen === undefined || values.length < 2) return [];
    const sorted = name === 'batch' ? values.toSorted((a, b) => Number(a) - Number(b)) : values;
    return [{ name, values: sorted.map(String), chosen: String(chosen) }];
  });
}

function valueText(name: Choice['name'], value: string): string {
  return name === 'precision' && value !== 'all' ? formatPrecision(value as Precision) : value;
}

function pickers(section: Section): Markup | false {
  const choices = choicesOf(section);
  if (choices.length === 0) return false;
  return element(
    'div',
    { class: 'pickers', 'data-picker': true, 'data-script': true, hidden: true },
    choices.map(({ name, values, chosen }) => {
      const options = ['all', ...values].map((value) =>
        element('option', { value, selected: value === chosen }, [valueText(name, value)]),
      );
      return element('label', {}, [`${labels[name]} `, element('select', { name }, options)]);
    }),
  );
}

/** What shows where nothing has the settings that were picked, or the filter leaves none of it. */
const nothingHere = element('p', { class: 'nothing', hidden: true }, [
  'Nothing has these settings together: pick others, or change the filter.',
]);

function banner(warning: string | undefined): Markup | false {
  return warning !== undefined && element('p', { class: 'banner', role: 'note' }, prose(warning));
}

function sectionToHtml(section: Section): Markup {
  const { id, title, warning, intro, charts, tablesFirst } = section;
  const { tables, notes } = withSharedNotes(section.tables);
  const drawings = charts.length > 0 && element('div', { class: 'charts' }, charts.map(figure));
  const figures =
    tables.length > 0 &&
    join([element('div', { class: 'tables' }, tables.map(tableToHtml)), notesToHtml(notes)]);
  return element('section', { id, 'aria-labelledby': `${id}-title` }, [
    element('h2', { id: `${id}-title` }, [title]),
    banner(warning),
    ...intro.map((sentence) => element('p', { class: 'intro' }, prose(sentence))),
    pickers(section),
    section.picker !== undefined && nothingHere,
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

/** How charts tell their figures, said once. */
const readingHint = element('p', { class: 'lede', 'data-script': true, hidden: true }, [
  element('span', { class: 'by-mouse' }, [
    'Point at a mark of a chart for its figures, or walk with the arrow keys.',
  ]),
  element('span', { class: 'by-touch' }, ['Tap a mark of a chart for its figures.']),
]);

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
      element('div', { class: 'ledes' }, [
        ...lede.map((sentence) => element('p', { class: 'lede' }, prose(sentence))),
        readingHint,
      ]),
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
