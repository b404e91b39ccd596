import { ownValue } from '../../src/collections/own-value.ts';
import type { Spec } from '../../src/language/spec.ts';
import type { Graph } from '../ir/graph.ts';
import { oncePer } from '../ir/once-per.ts';
import { buildBlock } from './block.ts';
import { GraphBuilder } from './graph-builder.ts';
import { buildHead } from './head.ts';
import { buildStem } from './stem.ts';

/** Opset of every graph unless a pass needs more: TensorRT 8.5 to 11 and onnxruntime read it. */
const opset = 13;

export interface LowerOptions {
  /** Fixed batch size, or `N` (default): any, known when the network runs. */
  readonly batch?: number | 'N';
}

function spanOf(spec: Spec, ...properties: readonly string[]) {
  return [...properties, 'model']
    .map((name) => ownValue(spec.spans, name))
    .find((span) => span !== undefined);
}

function lower(spec: Spec, batch: number | 'N'): Graph {
  const builder = new GraphBuilder();
  const { channels, height, width } = spec.input;
  builder.span = spanOf(spec, 'stem', 'stem-widths', 'variant');
  const input = builder.input('input', {
    dataType: 'float32',
    shape: [batch, channels, height, width],
  });
  let x = buildStem(builder, input, spec.stem, spec.stemWidths);
  builder.span = spanOf(spec, 'stages', 'depth');
  let flatBlock = 0;
  for (const [stage, stageBlocks] of spec.stages.entries()) {
    for (let block = 0; block < stageBlocks; block++) {
      x = buildBlock(builder, x, {
        kind: spec.block,
        stage,
        block,
        flatBlock: flatBlock++,
        stageBlocks,
        width: spec.widths[stage] ?? 0,
        expansion: spec.expansion,
        stride: stage > 0 && block === 0 ? 2 : 1,
        strideIn: spec.strideIn,
        shortcut: spec.shortcut,
        projectAlways: block === 0 && spec.firstShortcut === 'projection',
      });
    }
  }
  builder.span = spanOf(spec, 'classes', 'head');
  const output = buildHead(builder, x, spec.classes, spec.head);
  return builder.build(spec.name, opset, output);
}

const lowerForAnyBatch = oncePer((spec: Spec) => lower(spec, 'N'));

/**
 * The network a spec describes, as trained: convolutions with batch norm, initializers named by slot and without data.
 * Input `input` [N, C, H, W]; output `logits`, or `probabilities` behind a Softmax, [N, classes].
 */
export function lowerSpec(spec: Spec, { batch = 'N' }: LowerOptions = {}): Graph {
  return batch === 'N' ? lowerForAnyBatch(spec) : lower(spec, batch);
}
