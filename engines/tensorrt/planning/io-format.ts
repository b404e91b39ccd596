import type { DataType } from '../../../codegen/ir/types.ts';
import { createDiagnostic } from '../../../src/diagnostics/diagnostic.ts';
import type { IoFormat } from './intent.ts';
import type { RuleContext } from './option-rules.ts';
import { orderOf } from './release.ts';

type IoType = NonNullable<IoFormat['type']>;

const ioTypeOf: Readonly<Partial<Record<DataType, IoType>>> = {
  float32: 'fp32',
  float16: 'fp16',
  bfloat16: 'bf16',
  int8: 'int8',
  uint8: 'uint8',
  int32: 'int32',
  int64: 'int64',
};

/** Up to 10.16 a format is `type:layout`, from 11.0 the layout alone: the type comes from the graph. */
const layoutOnlySince = orderOf('11.0.0');
/** Types that option parsers before this release reject. */
const laterTypes: Readonly<Partial<Record<IoType, string>>> = { bf16: '9.1.0', int64: '9.1.0' };

/** The value of `--inputIOFormats` or `--outputIOFormats`, or undefined where the intent leaves the default. */
export function formatText(side: 'input' | 'output', context: RuleContext): string | undefined {
  const { intent, model, precision, release, diagnostics } = context;
  const format = side === 'input' ? intent.inputFormat : intent.outputFormat;
  if (!format) return undefined;
  const [tensor] = side === 'input' ? model.inputs : model.outputs;
  const declared = (tensor && ioTypeOf[tensor.dataType]) ?? 'fp32';
  const type = format.type ?? declared;
  const flag = `--${side}-format`;
  if (precision.strong && type !== declared) {
    diagnostics.push(createDiagnostic('tensorrt-io-type', { flag, type, declared }));
  }
  const since = laterTypes[type];
  if (since && release.tableOrder < orderOf(since)) {
    const { version } = release;
    diagnostics.push(createDiagnostic('tensorrt-io-type-lacking', { flag, type, since, version }));
  }
  return release.tableOrder >= layoutOnlySince ? format.layout : `${type}:${format.layout}`;
}
