import { generateCstDts } from '@chevrotain/cst-dts-gen';
import { specParser } from '../src/language/syntax/parser.ts';
import { buildReport } from '../src/report/build-report.ts';
import { readFigures } from '../src/report/published.ts';
import { reportFiles } from '../src/report/report-files.ts';
import { benchJsonSchema } from './bench-schema.ts';
import { catalogueTexts } from './catalogue.ts';
import { grammarJson } from './editors/grammar.ts';
import { snippetsJson } from './editors/snippets.ts';
import { languageDocs } from './language-docs.ts';
import { manifestJsonSchema } from './manifest-schema.ts';
import { siteJsonSchema } from './site-schema.ts';
import { targetsDocs } from './targets-docs.ts';
import { tensorrtDocs } from './tensorrt-docs.ts';

function cstTypes(): string {
  const types = generateCstDts(specParser.getGAstProductions());
  return `// Written by \`npm run gen\` from the grammar in ../syntax/parser.ts.\n${types}`;
}

/** Charts of the README, as `rcc report` writes them without a measurement. */
const readmeCharts = ['published-flops', 'published-t4-fp16-b4'];

async function charts(): Promise<Readonly<Record<string, string>>> {
  const inputs = { benches: [], against: [], costs: new Map(), createdAt: '', rcc: '' };
  const files = [...reportFiles(buildReport({ figures: await readFigures(), ...inputs }))];
  return Object.fromEntries(
    readmeCharts.map((name) => {
      const chart = files.find(({ path }) => path === `charts/${name}.svg`);
      return [`docs/charts/${name}.svg`, String(chart?.content)];
    }),
  );
}

/** Path from the root of the repository and text of each file that is made from the code. */
export async function generatedFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    'src/language/generated/cst.ts': cstTypes(),
    'docs/language.md': languageDocs(),
    'docs/tensorrt.md': tensorrtDocs(),
    'docs/targets.md': targetsDocs(),
    'docs/manifest.schema.json': manifestJsonSchema(),
    ...catalogueTexts(),
    'docs/site.schema.json': siteJsonSchema(),
    'docs/bench.schema.json': benchJsonSchema(),
    'editors/vscode/syntaxes/rn.tmLanguage.json': grammarJson(),
    'editors/vscode/snippets/rn.json': snippetsJson(),
    ...(await charts()),
  };
}
