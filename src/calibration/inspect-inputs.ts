import { float32View } from '../../codegen/tensors/float-bytes.ts';
import type { Tensor } from '../../engines/engine.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { CalibrationData } from './data.ts';

/** Least and most of the numbers of a channel. */
export interface ChannelRange {
  readonly least: number;
  readonly most: number;
}

/** What inputs show of themselves, before a network sees them. */
export interface InputFacts {
  /** Those that could be read. */
  readonly images: number;
  /** Over all inputs. */
  readonly channels: readonly ChannelRange[];
  /** Whether every channel of every input holds one number only. */
  readonly isFlat: boolean;
}

const batch = 8;
const nothing: ChannelRange = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };

/** The range of numbers; undefined where one is NaN or infinite. */
function rangeOf(numbers: Float32Array): ChannelRange | undefined {
  let { least, most } = nothing;
  let zero = 0;
  for (const number of numbers) {
    if (number < least) least = number;
    if (number > most) most = number;
    // 0 for every finite number, else NaN.
    zero += number - number;
  }
  return zero === 0 ? { least, most } : undefined;
}

function join(a: ChannelRange, b: ChannelRange): ChannelRange {
  return { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}

/** The range of each channel of each input, in order. */
function* planesOf({ shape, bytes }: Tensor) {
  const [inputs = 0, channels = 0] = shape;
  const numbers = float32View(bytes);
  const size = numbers.length / (inputs * channels);
  for (let plane = 0; plane < inputs * channels; plane++) {
    const range = rangeOf(numbers.subarray(plane * size, (plane + 1) * size));
    yield { input: Math.floor(plane / channels), channel: plane % channels, range };
  }
}

/**
 * Looks at all inputs, a few in memory at a time. Throws DiagnosticError `calibration-input-not-finite` where one holds NaN or infinity; an aborted
 * signal throws its reason.
 */
export async function inspectInputs(
  data: CalibrationData,
  signal?: AbortSignal,
): Promise<InputFacts> {
  const channels: ChannelRange[] = [];
  let [images, isFlat] = [0, true];
  for await (const tensor of data.batches(batch, signal)) {
    for (const { input, channel, range } of planesOf(tensor)) {
      const { description } = data;
      if (!range) fail('calibration-input-not-finite', { description, input: images + input });
      if (range.least !== range.most) isFlat = false;
      channels[channel] = join(channels[channel] ?? nothing, range);
    }
    images += tensor.shape[0] ?? 0;
  }
  return { images, channels, isFlat };
}
