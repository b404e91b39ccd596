import * as z from 'zod';
import { onnxruntimeFacts } from '../engines/onnxruntime/facts.ts';
import { tensorrtFacts } from '../engines/tensorrt/running/facts.ts';
import { tensorrtRtxFacts } from '../engines/tensorrt-rtx/facts.ts';
import { manifestSchema } from '../src/compile/manifest.ts';

/** Facts have the form of the target that built the engines. */
const described = manifestSchema.extend({
  facts: z.union([tensorrtFacts, tensorrtRtxFacts, onnxruntimeFacts]).optional(),
});

/** JSON Schema of manifest.json, for readers in other languages. */
export function manifestJsonSchema(): string {
  const schema = { title: 'manifest.json of rcc', ...z.toJSONSchema(described) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
