import textformat from 'protobufjs/ext/textformat.js';
import protobuf, { type INamespace } from 'protobufjs/light.js';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { TritonConfig } from './model-config.ts';
import { modelConfigSchema } from './model-config-schema.ts';

const modelConfig = protobuf.Root.fromJSON(modelConfigSchema as INamespace).lookupType(
  'inference.ModelConfig',
);

/** The text of config.pbtxt; what is empty is left out. */
export function printConfig(config: TritonConfig): string {
  const message = modelConfig.fromObject(config);
  const wrong = modelConfig.verify(message);
  if (wrong !== null) throw new Error(`the configuration is not of Triton's schema: ${wrong}`);
  return `${textformat.toText(modelConfig, message).trimEnd()}\n`;
}

/** `.inference.ModelConfig: unknown field 'max_batchsize' (line 1)` without what only a program needs. */
function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/^\.inference\./, '');
}

/** A config.pbtxt as data. Throws DiagnosticError `triton-config-unreadable` where it is no text of Triton's schema. */
export function parseConfig(text: string, path: string): TritonConfig {
  try {
    return modelConfig.toObject(textformat.fromText(modelConfig, text), {
      enums: String,
      longs: Number,
      arrays: true,
      objects: true,
    }) as unknown as TritonConfig;
  } catch (error) {
    return fail('triton-config-unreadable', { path, reason: reasonOf(error) });
  }
}
