import { generateCstDts } from '@chevrotain/cst-dts-gen';
import { specParser } from '../src/language/syntax/parser.ts';
import { languageDocs } from './language-docs.ts';

function cstTypes(): string {
  const types = generateCstDts(specParser.getGAstProductions());
  return `// Written by \`npm run gen\` from the grammar in ../syntax/parser.ts.\n${types}`;
}

/** Path from the root of the repository and text of each file that is made from the code. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'src/language/generated/cst.ts': cstTypes(),
    'docs/language.md': languageDocs(),
  };
}
