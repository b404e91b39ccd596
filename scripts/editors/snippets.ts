import { groups } from '../../src/language/properties.ts';
import models from './model-snippets.json' with { type: 'json' };

/** Each group as in its example. */
function groupSnippets() {
  const rows = Object.entries(groups).map(([name, { doc, example }]) => [
    name,
    { prefix: name, description: doc.replaceAll('`', ''), body: [example] },
  ]);
  return Object.fromEntries(rows);
}

/** Snippets in the form of VS Code. */
export function snippetsJson(): string {
  return `${JSON.stringify({ ...models, ...groupSnippets() }, null, 2)}\n`;
}
