import { factsOf, syntaxOf } from '../language/explain.ts';
import {
  type GroupName,
  groups,
  isGroupName,
  isProperty,
  type PropertyName,
  properties,
  wordsIn,
} from '../language/properties.ts';

const code = (text: string): string => `\`\`\`rn\n${text}\n\`\`\``;

function propertyPage(name: PropertyName): string {
  const facts = factsOf(name).map(([label, text]) => `- ${label}: ${text}`);
  return [code(syntaxOf(name)), properties[name].doc, facts.join('\n')].join('\n\n');
}

function groupPage(name: GroupName): string {
  const { doc, example } = groups[name];
  const head = code(`${name} { ${wordsIn(name).join(' ')} }`);
  return [head, doc, `- Example: \`${example}\``].join('\n\n');
}

/** What `rcc explain` says of a property or a group, as Markdown; undefined: it is none. */
export function pageOf(name: string): string | undefined {
  if (isGroupName(name)) return groupPage(name);
  return isProperty(name) ? propertyPage(name) : undefined;
}
