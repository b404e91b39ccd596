import type { DataType } from '../../../codegen/ir/types.ts';
import { append } from '../../../src/collections/append.ts';
import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import type { ModelFacts, TensorFacts } from '../../model-facts.ts';
import type { IoFormat, TensorrtIntent } from './intent.ts';
import type { RuleContext } from './option-rules.ts';
import { orderOf } from './release-order.ts';

export type IoType = NonNullable<IoFormat['type']>;
export type Side = 'input' | 'output';

/** How a tensor of the graph lies in the engine's memory. */
export interface Binding {
  readonly type: IoType;
  readonly layout: IoFormat['layout'];
}

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
const laterTypes: Readonly<Partial<Record<IoType, string>>> = {
  bf16: '9.1.0',
  int64: '9.1.0',
  uint8: '9.1.0',
};

const floats: ReadonlySet<IoType> = new Set(['fp32', 'fp16', 'bf16']);

/** Types that a layout is bound to (TensorFormat in NvInferRuntimeBase.h); what is not here holds every type. */
const layoutTypes: Readonly<Partial<Record<Binding['layout'], readonly IoType[]>>> = {
  chw2: ['fp16', 'bf16'],
  hwc8: ['fp16', 'bf16'],
  chw4: ['int8', 'fp16'],
  chw16: ['int8', 'fp16'],
};
/** Least dimensions of every layout but the linear one: channels, rows and columns. */
const leastDimensions = 3;

function declaredType(tensor: TensorFacts | undefined): IoType {
  return (tensor && ioTypeOf[tensor.dataType]) ?? 'fp32';
}

/** The type and layout that a tensor has in the engine, where the intent asks for a format. */
export function bindingOf(
  intent: TensorrtIntent,
  side: Side,
  tensor: TensorFacts | undefined,
): Binding {
  const format = side === 'input' ? intent.inputFormat : intent.outputFormat;
  return { type: format?.type ?? declaredType(tensor), layout: format?.layout ?? 'chw' };
}

interface Asked extends Binding {
  readonly flag: string;
  readonly declared: IoType;
}

function checkType({ flag, type, declared }: Asked, strong: boolean): Diagnostic[] {
  if (type === declared) return [];
  if (strong) return [createDiagnostic('tensorrt-io-type', { flag, type, declared })];
  // Numbers of one float type stand for the same in another; integers need a scale that no option tells.
  const isSame = floats.has(type) && floats.has(declared);
  return isSame ? [] : [createDiagnostic('tensorrt-io-type-unfit', { flag, type, declared })];
}

function checkLayout({ flag, type, layout }: Asked, tensor: TensorFacts | undefined): Diagnostic[] {
  const types = layoutTypes[layout];
  if (types && !types.includes(type)) {
    return [
      createDiagnostic('tensorrt-io-layout', { flag, layout, types: types.join(' and '), type }),
    ];
  }
  const dimensions = tensor?.shape.length ?? leastDimensions;
  return layout === 'chw' || dimensions >= leastDimensions
    ? []
    : [createDiagnostic('tensorrt-io-layout-flat', { flag, layout, dimensions })];
}

function checkRelease({ flag, type }: Asked, { release }: RuleContext): Diagnostic[] {
  const since = laterTypes[type];
  if (!since || release.tableOrder >= orderOf(since)) return [];
  const { version } = release;
  return [createDiagnostic('tensorrt-io-type-lacking', { flag, type, since, version })];
}

/** What is wrong with a format for each tensor that it goes for, each once. */
function problemsOf(
  asked: Asked,
  tensors: ModelFacts['outputs'],
  context: RuleContext,
): readonly Diagnostic[] {
  const found = [
    ...tensors.flatMap((tensor) =>
      checkType({ ...asked, declared: declaredType(tensor) }, context.precision.strong),
    ),
    ...checkRelease(asked, context),
    ...tensors.flatMap((tensor) => checkLayout(asked, tensor)),
  ];
  return [...new Map(found.map((each) => [each.message, each])).values()];
}

/** The value of `--inputIOFormats` or `--outputIOFormats`, which goes for every tensor of its side; undefined where the intent leaves the default. */
export function formatText(side: Side, context: RuleContext): string | undefined {
  const { intent, model, release, diagnostics } = context;
  if (!(side === 'input' ? intent.inputFormat : intent.outputFormat)) return undefined;
  const tensors = side === 'input' ? model.inputs : model.outputs;
  const [first] = tensors;
  const { type, layout } = bindingOf(intent, side, first);
  const asked = { type, layout, flag: `--${side}-format`, declared: declaredType(first) };
  append(diagnostics, problemsOf(asked, tensors, context));
  return release.tableOrder >= layoutOnlySince ? layout : `${type}:${layout}`;
}
