import * as z from 'zod';
import { siteSchema } from '../src/farm/site.ts';

/** JSON Schema of site.json, for editors: what a person may leave out is not required. */
export function siteJsonSchema(): string {
  const schema = { title: 'site.json of rcc', ...z.toJSONSchema(siteSchema, { io: 'input' }) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
