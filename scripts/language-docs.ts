import { escapeCell } from '../bench/markdown-table.ts';
import { languageMessages } from '../src/diagnostics/messages/language.ts';
import { messages } from '../src/diagnostics/messages.ts';
import { depths } from '../src/language/depths.ts';
import { factsOf, syntaxOf } from '../src/language/explain.ts';
import {
  allProperties,
  type GroupName,
  groups,
  isGroupName,
  type PropertyName,
  properties,
} from '../src/language/properties.ts';

const introduction = `# The language of .rn files

Written by \`npm run gen\` from the table of properties (\`src/language/properties.ts\`). \`rcc explain PROPERTY\` prints the
same, \`rcc explain CODE\` tells about a mistake.

\`\`\`
# ResNet50_vd
model resnet50_vd {
  depth       50
  variant     vd
  input       3x224x224
  classes     1000
  preprocess  { resize 256  crop 224  mean [0.485, 0.456, 0.406]  std [0.229, 0.224, 0.225]  color rgb }
  expect      { params 25.58M  flops 8.67G  top1 79.1%  top5 94.4% }
}
\`\`\`

## How it is written

- \`#\` starts a comment that ends with the line. White space, line ends and commas mean the same, nothing: a model may
  stand on one line and a list over several. A byte-order mark, UTF-16 behind one, and CRLF are fine.
- A property is a word and its value, side by side. A list stands in \`[ ]\`, a group of properties in \`{ }\`. The order of
  properties means nothing; each stands once.
- Names of models are letters a to z, digits, \`_\` and \`-\`, and start with a letter, a digit or \`_\`. \`model\`, \`extends\` and \`use\`
  are the language's own words.
- Strings stand in double quotes on one line, with \`\\"\` and \`\\\\\` for a quote and a backslash. Paths are relative to the
  .rn file that they stand in, and \`/\` parts folders on every system.
- Counts take K, M, G or T (\`25.58M\`, \`8.67G\`), shares take % (\`79.1%\`, or \`0.791\`), sizes are \`CHANNELSxHEIGHTxWIDTH\`.
  A figure of \`expect\` is compared to the digits given: 25.58M holds for 25.575 to 25.585 million.

## Models and files

- A file holds one or more models. Where a file is given to a command, all its models are meant; \`specs/all.rn#resnet50\`
  means one of them.
- \`model NAME extends BASE { … }\` takes every property of its base; a property given again replaces it. In a group each
  property is taken and replaced on its own, so \`expect { top1 83.0% }\` keeps the \`params\` of the base.
- What a base expects holds for its own network and weights. A model that changes what a figure depends on does not take that
  figure over; \`rcc check\` says which, and what was changed. So a fine-tuned network is one line:
  \`model pets extends resnet50_vd { classes 37  weights "pets.pdparams" }\`. Each figure says below what may change without it.
- A base that neither the file nor one that it uses holds is looked for among the specs that come with rcc (\`rcc list\`). A model
  of the same name in the file, or in one that it uses, goes before.
- \`use "FILE.rn"\` brings in the models that stand in that very file (not those that it uses itself), as bases to extend.
- Nothing is inferred from a file's name, a folder or the environment, and a spec means the same network whatever weights
  it is given.
`;

function heading(name: PropertyName): string {
  const [, field] = name.split('.');
  return field ?? name;
}

function describe(name: PropertyName, level: string): string {
  const facts = factsOf(name).map(([label, text]) => `- ${label}: ${text}`);
  return [
    `${level} ${heading(name)}`,
    `\`${syntaxOf(name)}\``,
    properties[name].doc,
    facts.join('\n'),
  ].join('\n\n');
}

function describeGroup(name: GroupName): string {
  const fields = allProperties.filter((field) => field.startsWith(`${name}.`));
  return [
    `### ${name}`,
    groups[name].doc,
    `\`${groups[name].example}\``,
    ...fields.map((field) => describe(field, '####')),
  ].join('\n\n');
}

function overview(): string {
  const rows = allProperties.map((name) => {
    const row: { readonly default?: string } = properties[name];
    return `| \`${escapeCell(syntaxOf(name))}\` | ${escapeCell(row.default ?? '')} |`;
  });
  return ['| property | default |', '| --- | --- |', ...rows].join('\n');
}

function depthTable(): string {
  const rows = [...depths].map(
    ([depth, { block, stages }]) => `| ${depth} | ${block} | [${stages.join(', ')}] |`,
  );
  return ['| depth | block | stages |', '| --- | --- | --- |', ...rows].join('\n');
}

function mistakes(): string {
  const codes = Object.keys(languageMessages) as (keyof typeof languageMessages)[];
  const rows = codes.map((code) => {
    const { severity, cause } = messages[code];
    return `| \`${code}\` | ${severity} | ${escapeCell(cause)} |`;
  });
  return ['| code | severity | cause |', '| --- | --- | --- |', ...rows].join('\n');
}

/** docs/language.md, whole. */
export function languageDocs(): string {
  const plain = allProperties.filter((name) => !name.includes('.'));
  return `${[
    introduction.trimEnd(),
    '## Properties',
    overview(),
    'What a depth stands for:',
    depthTable(),
    ...plain.map((name) => describe(name, '###')),
    ...Object.keys(groups).filter(isGroupName).map(describeGroup),
    '## Mistakes',
    'All mistakes of a file are reported at once, at most 50 a file, each with its place and what to do about it.',
    mistakes(),
  ].join('\n\n')}\n`;
}
