import * as z from 'zod';
import { byteCount } from '../../codegen/ir/types.ts';
import type { Tensor } from '../../engines/engine.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { parseAnswer } from './answers.ts';
import type { ServerAnswer } from './connection.ts';
import { dataTypeOf } from './datatypes.ts';
import { bytesOfData } from './tensor-data.ts';

const outputSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  parameters: z.object({ binary_data_size: z.number().int().nonnegative().optional() }).optional(),
  data: z.array(z.unknown()).optional(),
});

const answerSchema = z.object({ outputs: z.array(outputSchema) });

/** An output as it came: its bytes, or its values in JSON. */
export interface RawOutput extends Omit<z.infer<typeof outputSchema>, 'parameters'> {
  readonly bytes?: Uint8Array | undefined;
}

interface AnswerContext {
  readonly address: string;
  readonly what: string;
}

function refuse(context: AnswerContext, reason: string): never {
  return fail('server-answer', { ...context, reason });
}

/** Where the JSON of an answer ends; without the header all of it is JSON. */
function headerLength({ headers, bytes }: ServerAnswer, context: AnswerContext): number {
  const told = headers.get('inference-header-content-length');
  if (told === null) return bytes.length;
  const length = Number(told);
  if (/^\d+$/.test(told) && length <= bytes.length) return length;
  return refuse(context, `its JSON should have ${told} bytes and the answer has ${bytes.length}`);
}

/** The outputs of an answer to `/infer`. Throws DiagnosticError `server-answer`. */
export function splitAnswer(answer: ServerAnswer, context: AnswerContext): readonly RawOutput[] {
  let from = headerLength(answer, context);
  const json = answer.bytes.subarray(0, from);
  const { outputs } = parseAnswer(answerSchema, json, context);
  return outputs.map(({ parameters, ...output }) => {
    const size = parameters?.binary_data_size;
    if (size === undefined) return output;
    const bytes = answer.bytes.slice(from, from + size);
    from += size;
    if (bytes.length === size) return { ...output, bytes };
    return refuse(context, `output '${output.name}' has ${bytes.length} of its ${size} bytes`);
  });
}

/** No tensor of a network has more dimensions. */
const mostDimensions = 16;

/** Values of JSON, flat or in nested rows; undefined where one is no number, or lies deeper than any tensor's. */
function numbersIn(data: readonly unknown[]): readonly number[] | undefined {
  const values = data.flat(mostDimensions);
  return values.every((value) => typeof value === 'number') ? values : undefined;
}

/** An output as a tensor. Throws DiagnosticError `server-answer` where its bytes or numbers are not those of its shape. */
export function tensorOf(output: RawOutput, context: AnswerContext): Tensor {
  const { name, datatype, shape, data = [] } = output;
  const dataType = dataTypeOf(datatype);
  if (!dataType) return refuse(context, `output '${name}' is ${datatype}, no numbers`);
  const numbers = numbersIn(data);
  if (!numbers) return refuse(context, `output '${name}' holds values that are no numbers`);
  const bytes = output.bytes ?? bytesOfData(dataType, numbers);
  if (!bytes) return refuse(context, `output '${name}' is ${datatype} and comes as JSON`);
  const wanted = byteCount({ dataType, shape });
  if (bytes.length === wanted) return { dataType, shape, bytes };
  return refuse(
    context,
    `output '${name}' has ${bytes.length} bytes for ${datatype} [${shape.join(', ')}]`,
  );
}

/** Texts of a BYTES tensor: each four bytes of length, little-endian, and so many of UTF-8. Undefined where they do not fit. */
function unpackTexts(bytes: Uint8Array): readonly string[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) return undefined;
    texts.push(new TextDecoder().decode(bytes.subarray(at + 4, end)));
    at = end;
  }
  return texts;
}

/** An output of texts. Throws DiagnosticError `server-answer`. */
export function textsOf(output: RawOutput, context: AnswerContext): readonly string[] {
  const { name, datatype, bytes, data = [] } = output;
  if (datatype !== 'BYTES') refuse(context, `output '${name}' is ${datatype}, no texts`);
  const texts = bytes
    ? unpackTexts(bytes)
    : data.flat(mostDimensions).map((value) => (typeof value === 'string' ? value : ''));
  return texts ?? refuse(context, `the texts of output '${name}' do not fit into its bytes`);
}
