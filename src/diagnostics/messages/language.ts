import { languageNetworkMessages } from './language-network.ts';
import { languageOutputMessages } from './language-outputs.ts';
import { languagePropertyMessages } from './language-properties.ts';
import { languageSyntaxMessages } from './language-syntax.ts';

export const languageMessages = {
  ...languageSyntaxMessages,
  ...languagePropertyMessages,
  ...languageNetworkMessages,
  ...languageOutputMessages,
} as const;
