/** The page as a reader meets it, in a real browser. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchFile } from '../../src/report/bench-file.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { reportToHtml } from '../../src/report/page/page.ts';
import { readFigures } from '../../src/report/published.ts';
import { batchesSampleBench, fullSampleBench, sampleBench, sampleRow } from './sample-bench.ts';
import { farmBench, standInFarm } from './sample-farm.ts';

const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env.RCC_CHROMIUM ?? '', ...known].find((path) => existsSync(path));

/** Two engines of one processor, with kept runs. */
function enginesSample(): BenchFile {
  const rows = ['onnxruntime', 'openvino'].flatMap((target, i) =>
    ['resnet18', 'resnet50_vd', 'resnet101_vd_ssld'].map((model, k) => {
      const ms = 10 * (k + 1) * (2 - i);
      const samplesMs = Array.from({ length: 40 }, (_, n) => ms * (0.98 + ((n * 7) % 11) / 200));
      return { ...sampleRow({ model, ms, precision: 'int8' }), target, samplesMs };
    }),
  );
  return sampleBench(rows);
}

const longNames = [
  'se_resnet152d_openvino_fine_tuned_on_pictures_of_one_class',
  'fix_resnext101_32x48d_wsl_distilled',
  'resnet18',
];

/** Two networks in three precisions by two engines that have settings of their own, some of them near each other. */
function crowdedSample(): BenchFile {
  const settings = { onnxruntime: { spinning: true }, openvino: { streams: 1, pinned: true } };
  const rows = (['onnxruntime', 'openvino'] as const).flatMap((target, i) =>
    (['fp32', 'fp16', 'int8'] as const).flatMap((precision, j) =>
      ['resnet18', 'resnet34'].map((model, k) => {
        const ms = ([17, 4.7, 4.5][j] ?? 1) * (1 + 1.5 * k) * (1 + 0.23 * i);
        const row = sampleRow({ model, ms, precision });
        return { ...row, target, settings: settings[target] };
      }),
    ),
  );
  return sampleBench(rows);
}

/** Words that no line of a narrow screen holds. */
function longWords(): BenchFile {
  const word = 'bd7a7bf695234b19'.repeat(5);
  const accuracy = {
    model: 'resnet18',
    target: 'onnxruntime',
    precision: 'fp32' as const,
    dataset: `${word}.zip`,
    images: 400,
    top1: 0.5,
    definition: `Share of 400 labelled pictures (${word}).`,
  };
  const row = sampleRow({ model: 'resnet18', ms: 20 });
  return sampleBench([{ ...row, definition: `By ${word}.` }], { accuracies: [accuracy] });
}

/** Two devices that have no batch in common. */
const apart = [
  sampleRow({ model: 'resnet18', ms: 20 }),
  sampleRow({ model: 'resnet18', ms: 2, device: 't4', batch: 4 }),
];

/** What axe.run() answers. */
interface AxeOutcome {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Scripts for the page, as text: this project is not compiled with the browser's types. */
const bodyColour = 'getComputedStyle(document.body).backgroundColor';

describe.skipIf(!executablePath)(
  'the page in a browser (needs Chromium)',
  { timeout: 120_000 },
  () => {
    let browser: Browser;
    let directory: string;
    let addresses: Readonly<
      Record<
        | 'measured'
        | 'published'
        | 'farm'
        | 'engines'
        | 'batches'
        | 'long'
        | 'apart'
        | 'words'
        | 'crowd',
        string
      >
    >;

    beforeAll(async () => {
      const figures = await readFigures();
      directory = await mkdtemp(join(tmpdir(), 'rcc-report-'));
      const write = async (name: string, benches: Parameters<typeof buildReport>[0]['benches']) => {
        const common = { figures, against: ['ppcls-2024-v100'], costs: new Map(), rcc: '0.0.0' };
        const report = buildReport({ ...common, benches, createdAt: '2026-01-02T03:04:05Z' });
        const path = join(directory, `${name}.html`);
        await writeFile(path, reportToHtml(report));
        return pathToFileURL(path).href;
      };
      addresses = {
        measured: await write('measured', [{ path: 'sample.json', bench: fullSampleBench() }]),
        published: await write('published', []),
        farm: await write('farm', [farmBench(), standInFarm()]),
        engines: await write('engines', [{ path: 'engines.json', bench: enginesSample() }]),
        batches: await write('batches', [{ path: 'b.json', bench: batchesSampleBench() }]),
        apart: await write('apart', [{ path: 'a.json', bench: sampleBench(apart) }]),
        crowd: await write('crowd', [{ path: 'c.json', bench: crowdedSample() }]),
        words: await write('words', [{ path: 'w.json', bench: longWords() }]),
        long: await write('long', [{ path: 'l.json', bench: batchesSampleBench(longNames) }]),
      };
      // Without a sandbox of its own: CI containers seldom allow it, and the page is ours.
      browser = await chromium.launch({
        executablePath: executablePath ?? '',
        args: ['--no-sandbox'],
      });
    }, 60_000);

    afterAll(async () => {
      await browser?.close();
      await rm(directory, { recursive: true, force: true });
    });

    async function open(
      options: BrowserContextOptions = {},
      address = addresses.published,
    ): Promise<Page> {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      page.on('pageerror', (error) => {
        throw error;
      });
      await page.goto(address);
      return page;
    }

    const column = (page: Page, table: string, index: number): Promise<string[]> =>
      page.locator(`#table-${table} tbody tr > :nth-child(${index + 1})`).allTextContents();

    it('asks for nothing beyond itself', async () => {
      const page = await open({ offline: true });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.reload();
      expect(asked).toEqual([addresses.published]);
      expect(await page.title()).toBe('ResNet: accuracy, cost and latency');
      await page.context().close();
    });

    it('sorts a table up and down, by figures and by names', async () => {
      const page = await open();
      const header = page.locator('#table-accuracy th[data-column="1"]');
      await header.getByRole('button').click();
      expect(await header.getAttribute('aria-sort')).toBe('ascending');
      const top1 = (await column(page, 'accuracy', 1)).map(Number);
      expect(top1).toEqual(top1.toSorted((a, b) => a - b));
      await header.getByRole('button').press('Enter');
      expect(await header.getAttribute('aria-sort')).toBe('descending');
      expect((await column(page, 'accuracy', 0))[0]).toBe('fix_resnet50_vd_ssld_v2');
      expect(await page.getByRole('status').textContent()).toMatch(/top-1, descending/);
      await page.locator('#table-accuracy th[data-column="0"]').getByRole('button').click();
      expect((await column(page, 'accuracy', 0)).slice(0, 3)).toEqual([
        'fix_resnet50_vd_ssld_v2',
        'resnet18',
        'resnet18_vd',
      ]);
      await page.context().close();
    });

    it('switches the theme and remembers it', async () => {
      const page = await open({ colorScheme: 'light' });
      const background = () => page.evaluate(bodyColour);
      const light = await background();
      const button = page.getByRole('button', { name: /^Theme/ });
      await button.click();
      await button.click();
      expect(await button.textContent()).toBe('Theme: dark');
      const dark = await background();
      expect(dark).not.toBe(light);
      await page.reload();
      expect(await background()).toBe(dark);
      await page.context().close();
    });

    it('follows a dark system', async () => {
      const [light, dark] = [
        await open({ colorScheme: 'light' }),
        await open({ colorScheme: 'dark' }),
      ];
      const mark = (page: Page) =>
        page.evaluate(`getComputedStyle(document.querySelector('.wide .mark')).fill`);
      expect(await mark(light)).not.toBe(await mark(dark));
      await Promise.all([light.context().close(), dark.context().close()]);
    });

    it('filters models in tables and charts', async () => {
      const page = await open();
      await page.getByRole('searchbox').fill('50_vd ssld');
      const rows = page.locator('#table-accuracy tbody tr:visible');
      expect(await rows.count()).toBe(3);
      expect(await page.locator('#chart-published-flops .wide .mark.hit').count()).toBe(3);
      await page.getByRole('searchbox').fill('');
      expect(await rows.count()).toBe(18);
      await page.context().close();
    });

    it('picks precision and batch, in charts and columns', async () => {
      const page = await open({}, addresses.measured);
      expect(await page.locator('#overview figure:visible').count()).toBe(4);
      await page.locator('#overview select[name=batch]').selectOption('8');
      expect(await page.locator('#chart-published-t4-fp16-b8').isVisible()).toBe(true);
      expect(await page.locator('#chart-published-t4-fp16-b4').isVisible()).toBe(false);
      await page.locator('#gpus select[name=precision]').selectOption('fp16');
      await page.locator('#gpus select[name=batch]').selectOption('4');
      const shown = page.locator('#table-published-t4 tbody tr').first().locator('td:visible');
      // Input, published, measured, ratio.
      expect(await shown.count()).toBe(4);
      await page.context().close();
    });

    it('shows one batch of a section, in rows, tables and charts, until another is picked', async () => {
      const page = await open({}, addresses.batches);
      const shown = async (section: string) => ({
        rows: await page.locator(`#${section} tbody tr:visible`).count(),
        tables: await page.locator(`#${section} .block:visible`).count(),
        figures: await page.locator(`#${section} figure:visible`).count(),
      });
      const device = 'device-sample-cpu-openvino';
      expect(await shown(device)).toEqual({ rows: 4, tables: 1, figures: 5 });
      expect(await shown('precisions')).toEqual({ rows: 2, tables: 1, figures: 1 });
      expect(await shown('layers')).toEqual({ rows: 7, tables: 2, figures: 2 });
      // What is the same in every row has no column.
      const headings = async () =>
        await page.locator(`#${device} th[data-column]:visible .label`).allTextContents();
      expect(await headings()).toEqual(expect.arrayContaining(['Precision', 'median']));
      expect(await headings()).not.toContain('Batch');
      await page.locator(`#${device} select[name=precision]`).selectOption('int8');
      await page.locator(`#${device} select[name=batch]`).selectOption('all');
      expect(await shown(device)).toEqual({ rows: 4, tables: 1, figures: 4 });
      expect(await headings()).toEqual(expect.arrayContaining(['Batch', 'median']));
      expect(await headings()).not.toContain('Precision');
      await page.locator('#layers select[name=model]').selectOption('resnet18');
      await page.locator('#layers select[name=batch]').selectOption('4');
      expect(await page.locator('#layers figure:visible figcaption').allTextContents()).toEqual([
        expect.stringMatching(/resnet18,.*FP32, batch 4/),
        expect.stringMatching(/resnet18,.*INT8, batch 4/),
      ]);
      await page.context().close();
    });

    it('keeps what a filter leaves out apart from what is not picked', async () => {
      const page = await open({}, addresses.batches);
      const rows = page.locator('#device-sample-cpu-openvino tbody tr:visible');
      await page.getByRole('searchbox').fill('resnet18');
      expect(await rows.count()).toBe(2);
      expect(await page.getByRole('status').textContent()).toMatch(/rows match/);
      await page.locator('#device-sample-cpu-openvino select[name=batch]').selectOption('all');
      expect(await rows.count()).toBe(4);
      await page.getByRole('searchbox').fill('');
      expect(await rows.count()).toBe(8);
      await page.context().close();
    });

    it('says where nothing has the settings that were picked', async () => {
      const page = await open({}, addresses.apart);
      const nothing = page.locator('#answer .nothing');
      expect(await page.locator('#answer figure:visible').count()).toBe(1);
      expect(await nothing.isVisible()).toBe(false);
      await page.locator('#answer select[name=device]').selectOption('Tesla T4');
      expect(await page.locator('#answer figure:visible').count()).toBe(0);
      expect(await nothing.isVisible()).toBe(true);
      await page.locator('#answer select[name=batch]').selectOption('4');
      expect(await page.locator('#answer figure:visible').count()).toBe(1);
      expect(await nothing.isVisible()).toBe(false);
      await page.context().close();
    });

    it('says where filter and pickers together leave nothing, and counts anew with each', async () => {
      const page = await open({}, addresses.batches);
      const figures = page.locator('#layers figure:visible');
      const nothing = page.locator('#layers .nothing');
      const status = page.getByRole('status');
      const rows = page.locator('tbody tr[data-model]:visible');
      const model = page.locator('#layers select[name=model]');
      const other = (await model.inputValue()) === 'resnet18' ? 'resnet50_vd' : 'resnet18';
      await page.getByRole('searchbox').fill(other);
      expect(await figures.count()).toBe(0);
      expect(await nothing.isVisible()).toBe(true);
      await model.selectOption(other);
      expect(await figures.count()).toBe(2);
      expect(await nothing.isVisible()).toBe(false);
      const before = await rows.count();
      expect(await status.textContent()).toBe(`${before} rows match`);
      await page.locator('#device-sample-cpu-openvino select[name=batch]').selectOption('all');
      expect(await rows.count()).toBeGreaterThan(before);
      expect(await status.textContent()).toBe(`${await rows.count()} rows match`);
      await page.getByRole('searchbox').fill('no such model');
      expect(await nothing.isVisible()).toBe(true);
      await page.getByRole('searchbox').fill('');
      expect(await nothing.isVisible()).toBe(false);
      expect(await status.textContent()).toBe('');
      await page.context().close();
    });

    it('says once what stands below every table of a section, and how charts tell their figures', async () => {
      const page = await open({}, addresses.batches);
      await page.locator('#precisions select[name=batch]').selectOption('all');
      expect(await page.locator('#precisions .notes:visible').count()).toBe(1);
      expect(await page.locator('#layers .notes:visible').count()).toBe(1);
      expect(await page.getByText(/^Point at a mark/).count()).toBe(1);
      expect(await page.getByText(/^Point at a mark/).isVisible()).toBe(true);
      expect(await page.getByText(/^Tap a mark/).isVisible()).toBe(false);
      await page.context().close();
    });

    it('tells the figures of the mark that a finger taps, and keeps them', async () => {
      const touch = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
      const page = await open(touch, addresses.batches);
      expect(await page.getByText(/^Tap a mark/).isVisible()).toBe(true);
      expect(await page.getByText(/^Point at a mark/).isVisible()).toBe(false);
      const box = await page.locator('#answer .plot:visible .mark[data-tip]').first().boundingBox();
      // Beside the mark: a finger is wider than it.
      await page.touchscreen.tap((box?.x ?? 0) - 6, (box?.y ?? 0) + 4);
      expect(await page.locator('#answer figure:visible .readout').textContent()).toMatch(
        / ms.*top-1/,
      );
      await page.context().close();
    });

    it('moves nothing by the longest of what it tells', async () => {
      for (const width of [360, 1280]) {
        const page = await open({ viewport: { width, height: 800 } }, addresses.batches);
        const figure = page.locator('figure:visible', { hasText: 'Distribution of the runs' });
        const height = async () => (await figure.boundingBox())?.height;
        const before = await height();
        await figure.locator('.mark[data-tip]:visible').first().hover();
        expect(await figure.locator('.readout').textContent()).toMatch(/slowest .* ms of 120 runs/);
        expect(await height()).toBe(before);
        await page.context().close();
      }
    });

    it('has a figure of every table in sight at 360 pixels, beside its heading or scrolled', async () => {
      for (const [name, address] of Object.entries(addresses)) {
        const page = await open({ viewport: { width: 360, height: 740 } }, address);
        const hidden =
          await page.evaluate(`[...document.querySelectorAll('.block')].flatMap((block) => {
          const row = [...block.querySelectorAll('tbody tr')].find((each) => each.getClientRects().length > 0);
          if (!row) return [];
          const frame = block.querySelector('.scroll').getBoundingClientRect();
          const [heading, ...cells] = [...row.cells].filter((cell) => cell.getClientRects().length > 0);
          const figure = cells.find((cell) => cell.classList.contains('right')) ?? cells[0];
          const [head, own] = [heading.getBoundingClientRect(), figure.getBoundingClientRect()];
          return own.right > frame.right || head.width > frame.width / 2 ? [block.id] : [];
        })`);
        expect(hidden, name).toEqual([]);
        await page.context().close();
      }
    });

    it('cuts no name at 360 pixels, however long', async () => {
      const page = await open({ viewport: { width: 360, height: 740 } }, addresses.long);
      const texts = page.locator('#device-sample-cpu-openvino figure .narrow text');
      const drawn = (await texts.allTextContents()).join(' ');
      expect(drawn).not.toContain('…');
      expect(drawn).toMatch(/se_resnet152d_openvino_[a-z_ ]+one_class INT8/);
      await page.context().close();
    });

    it('keeps a banner in sight, in every theme and on paper', async () => {
      const page = await open({ colorScheme: 'dark' }, addresses.farm);
      const banners = page.locator('.banner');
      expect(await banners.count()).toBe(2);
      expect(await banners.first().textContent()).toMatch(/nothing was measured/);
      await page.emulateMedia({ media: 'print' });
      expect(await banners.first().isVisible()).toBe(true);
      expect(await page.locator('#stand-in figure').count()).toBe(0);
      await page.context().close();
    });

    it('tells the value of a mark by mouse and by keyboard', async () => {
      const page = await open();
      const plot = page.locator('#chart-published-flops .wide');
      await plot.locator('.mark[data-model="resnet101"]').hover();
      const readout = page.locator('#chart-published-flops .readout');
      expect(await readout.textContent()).toBe('resnet101: 15.52 G FLOPs, top-1 77.6 %');
      await plot.focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.getByRole('status').textContent()).toBe(
        'resnet18: 3.66 G FLOPs, top-1 71.0 %',
      );
      await page.keyboard.press('ArrowLeft');
      expect(await readout.textContent()).toMatch(/: .*top-1/);
      await page.keyboard.press('Escape');
      expect(await readout.textContent()).toBe(await readout.getAttribute('data-source'));
      await page.context().close();
    });

    it('covers nothing by what it tells of a mark, and moves nothing', async () => {
      for (const width of [360, 1280]) {
        const page = await open({ viewport: { width, height: 800 } }, addresses.measured);
        const plot = page.locator('#answer .plot:visible').first();
        const boxes = () =>
          page.evaluate(`JSON.stringify([...document.querySelectorAll('#answer .plot text,#answer .mark')]
            .map((drawn) => drawn.getBoundingClientRect()).map(({ x, y }) => [x, y]))`);
        const before = await boxes();
        await plot.locator('.mark[data-tip]').first().hover();
        const readout = page.locator('#answer figure:visible .readout').first();
        expect(await readout.textContent()).toMatch(/ ms.*top-1/);
        const [told, drawn] = [await readout.boundingBox(), await plot.boundingBox()];
        expect((told?.y ?? 0) + (told?.height ?? 0)).toBeLessThanOrEqual((drawn?.y ?? 0) + 1);
        expect(await boxes()).toBe(before);
        await page.context().close();
      }
    });

    it.each([
      [1280, 800, 'light'],
      [360, 740, 'dark'],
    ] as const)('says on its first screen what to take, %d × %d, %s', async (width, height, colorScheme) => {
      for (const address of [addresses.measured, addresses.published]) {
        const page = await open({ viewport: { width, height }, colorScheme }, address);
        const headline = page.locator('#answer figure:visible .headline');
        expect(await headline.count()).toBe(1);
        expect(await headline.textContent()).toMatch(
          /^Take \S+ FP\d+: [\d.]+\u00a0%, [\d.]+\u00a0ms/,
        );
        const plot = page.locator('#answer .plot:visible');
        const box = await plot.boundingBox();
        expect((box?.y ?? height) + (box?.height ?? 0), address).toBeLessThan(height + 60);
        await page.context().close();
      }
    });

    it('dims lines and names that a filter leaves out, and shows names that it asks for', async () => {
      const page = await open({}, addresses.measured);
      const opacity = (selector: string) =>
        page.evaluate(
          `[...new Set([...document.querySelectorAll('.wide ${selector}')].map((drawn) => getComputedStyle(drawn).opacity))].join()`,
        );
      const asked = page.locator('#chart-published-flops .wide text.asked[data-model="resnet152"]');
      expect(await asked.isVisible()).toBe(false);
      await page.getByRole('searchbox').fill('resnet152');
      expect(await opacity('text[data-model="resnet18"]')).toBe('0.14');
      expect(await opacity('path[stroke-width="1.6"][data-model="resnet18"]')).toBe('0.14');
      expect(await opacity('.mark[data-model="resnet18"]')).toBe('0.14');
      expect(await opacity('[data-model="resnet152"]')).toBe('1');
      expect(await asked.isVisible()).toBe(true);
      await page.context().close();
    });

    it('lets no name of a chart cover another, whatever a filter asks for', async () => {
      for (const width of [360, 1280]) {
        const page = await open({ viewport: { width, height: 900 } }, addresses.crowd);
        for (const asked of ['resnet34', 'resnet18', 'resnet']) {
          await page.getByRole('searchbox').fill(asked);
          const { names, covered } = (await page.evaluate(`(() => {
            const texts = [...document.querySelectorAll('#answer .plot text[data-model]')].filter((text) =>
              text.getClientRects().length > 0 && getComputedStyle(text).visibility === 'visible' && getComputedStyle(text).opacity === '1');
            const boxes = texts.map((text) => text.getBoundingClientRect());
            const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
            return { names: texts.length, covered: texts.flatMap((text, i) => boxes.slice(i + 1).some((box) => meet(boxes[i], box)) ? text.textContent : []) };
          })()`)) as { names: number; covered: readonly string[] };
          expect(covered, `${asked} at ${width} pixels`).toEqual([]);
          expect(names).toBeGreaterThan(width === 360 ? 1 : 4);
        }
        await page.context().close();
      }
    });

    it('has what is said of each figure in sight at 1280 pixels, before settings of engines', async () => {
      const page = await open({ viewport: { width: 1280, height: 900 } }, addresses.crowd);
      const right = await page.evaluate(
        `document.querySelector('#device-sample-cpu-onnxruntime-openvino th[data-id="stable"]').getBoundingClientRect().right`,
      );
      expect(right).toBeLessThan(1280);
      await page.context().close();
    });

    it('cues a table that goes on sideways, until its end', async () => {
      const page = await open({ viewport: { width: 360, height: 800 } });
      const block = page.locator('#table-accuracy');
      expect(await block.locator('.cue').isVisible()).toBe(true);
      await page.evaluate(
        `(() => { const frame = document.querySelector('#table-accuracy .scroll'); frame.scrollLeft = frame.scrollWidth; })()`,
      );
      await page.waitForFunction(
        `!document.getElementById('table-accuracy').classList.contains('more')`,
      );
      await page.context().close();
      const wide = await open({ viewport: { width: 1440, height: 800 } });
      expect(await wide.locator('#table-accuracy .cue').isVisible()).toBe(false);
      await wide.context().close();
    });

    it('gives every table the width', async () => {
      const page = await open();
      const widths = (await page.evaluate(
        `['published-v100','published-t4'].map((id) => document.querySelector('#table-' + id + ' table').getBoundingClientRect().width)`,
      )) as readonly number[];
      expect(widths[0]).toBe(widths[1]);
      expect(widths[0]).toBeGreaterThan(1150);
      await page.context().close();
    });

    it.each([360, 768, 1440])('does not overflow at %d pixels', async (width) => {
      for (const address of Object.values(addresses)) {
        const page = await open({ viewport: { width, height: 800 } }, address);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(overflow, address).toBe(0);
        await page.context().close();
      }
    });

    it('keeps every label of a chart inside it', async () => {
      for (const width of [360, 1280]) {
        const page = await open({ viewport: { width, height: 800 } }, addresses.measured);
        const outside =
          await page.evaluate(`[...document.querySelectorAll('.plot svg text')].filter((text) => {
        const [own, svg] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
        return own.width > 0 && (own.left < svg.left - 1 || own.right > svg.right + 1 || own.top < svg.top - 1 || own.bottom > svg.bottom + 1);
      }).map((text) => text.textContent)`);
        expect(outside, `at ${width} pixels`).toEqual([]);
        await page.context().close();
      }
    });

    it('shows everything without a script', async () => {
      const page = await open({ javaScriptEnabled: false });
      expect(await page.locator('#overview figure:visible').count()).toBe(11);
      expect(await page.locator('[data-script]:visible').count()).toBe(0);
      expect(await page.locator('.mark title').count()).toBeGreaterThan(100);
      expect(await page.locator('#table-accuracy tbody tr:visible').count()).toBe(18);
      await page.context().close();
    });

    it('prints light, without its tools', async () => {
      const page = await open({ colorScheme: 'dark' }, addresses.batches);
      // As wide as A4 between its margins.
      await page.setViewportSize({ width: 703, height: 1000 });
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('#layers .pickers').isVisible()).toBe(true);
      expect(await page.locator('.bar').isVisible()).toBe(false);
      expect(await page.evaluate(bodyColour)).toBe('rgb(255, 255, 255)');
      expect((await page.pdf()).byteLength).toBeGreaterThan(10_000);
      // A heading that comes again on the next page leaves out button elements.
      expect(await page.locator('thead button').count()).toBe(0);
      const kept = (await page.evaluate(
        `['h2','h3','.intro','figcaption'].map((name) => getComputedStyle(document.querySelector('main ' + name)).breakAfter)`,
      )) as readonly string[];
      expect(new Set(kept)).toEqual(new Set(['avoid']));
      const sizes = (await page.evaluate(
        `[...document.querySelectorAll('.plot svg')].filter((svg) => svg.getClientRects().length > 0).map((svg) => 11 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)`,
      )) as readonly number[];
      // Pixels of the smallest letters: 9 px are 6.75 pt on paper.
      expect(Math.min(...sizes)).toBeGreaterThan(9);
      await page.context().close();
    });

    it('prints no table wider than its paper', async () => {
      for (const [name, address] of Object.entries(addresses)) {
        // As wide as A4 between its margins.
        const page = await open({ viewport: { width: 703, height: 1000 } }, address);
        await page.emulateMedia({ media: 'print' });
        const wider = await page.evaluate(`[...document.querySelectorAll('main table')]
          .filter((table) => table.getBoundingClientRect().right > document.documentElement.clientWidth)
          .map((table) => table.closest('.block').id)`);
        expect(wider, name).toEqual([]);
        await page.context().close();
      }
    });

    it.each([
      ['light', 1280],
      ['dark', 360],
    ] as const)('has no accessibility violation (axe), %s at %d pixels', async (colorScheme, width) => {
      const page = await open(
        { colorScheme, viewport: { width, height: 800 } },
        colorScheme === 'dark' ? addresses.farm : addresses.measured,
      );
      const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
      await page.addScriptTag({ content: readFileSync(axe, 'utf8') });
      const { violations } = (await page.evaluate(
        `axe.run({ resultTypes: ['violations'] })`,
      )) as AxeOutcome;
      const told = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html)}`,
      );
      expect(told).toEqual([]);
      await page.context().close();
    });
  },
);
