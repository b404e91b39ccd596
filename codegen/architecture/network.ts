import { innerChannels, outputChannels } from '../../src/language/channels.ts';
import { hasHead, mapWords, type OutputWord, stagesNeeded } from '../../src/language/outputs.ts';
import type { Spec } from '../../src/language/spec.ts';
import { blockSteps } from './block.ts';
import { headSteps } from './head.ts';
import { stemSteps } from './stem.ts';
import type { Step } from './step.ts';

/** The properties of a spec that decide which network it is. */
export type Architecture = Pick<
  Spec,
  | 'block'
  | 'stageBlocks'
  | 'stem'
  | 'stemWidths'
  | 'shortcut'
  | 'firstShortcut'
  | 'strideIn'
  | 'stages'
  | 'widths'
  | 'expansion'
  | 'groups'
  | 'groupWidth'
  | 'attention'
  | 'multiPath'
  | 'narrowFirst'
  | 'shortcutKernel'
  | 'strides'
  | 'dilations'
  | 'antiAlias'
  | 'stemPool'
  | 'norm'
  | 'pool'
  | 'epsilon'
  | 'input'
  | 'classes'
  | 'head'
  | 'outputs'
>;

/** A stretch of the network and the properties of a `.rn` file that it comes from, the nearest first. */
export interface NetworkPart {
  readonly properties: readonly string[];
  readonly steps: readonly Step[];
  /** The word for what it makes, where that may leave the network. */
  readonly output?: OutputWord;
}

function stageSteps(spec: Architecture, stage: number, stageInputs: number): readonly Step[] {
  const { dilations, ...options } = spec;
  const dilation = dilations[stage] ?? 1;
  const outputs = outputChannels(spec, stage);
  const inner = innerChannels(spec, stage);
  return Array.from({ length: spec.stages[stage] ?? 0 }, (_, block) =>
    blockSteps({
      ...options,
      path: `stage${stage + 1}/block${block}`,
      kind: spec.stageBlocks[stage] ?? spec.block,
      inputs: block === 0 ? stageInputs : outputs,
      inner,
      outputs,
      stride: block === 0 ? (spec.strides[stage] ?? 1) : 1,
      dilation,
      firstDilation: block === 0 ? (dilations[stage - 1] ?? 1) : dilation,
      isFirst: block === 0,
      projectAlways: block === 0 && spec.firstShortcut === 'projection',
    }),
  ).flat();
}

/** Stem, stages and head of the network that a spec describes, in order, as far as its outputs need them. */
export function networkParts(spec: Architecture): readonly NetworkPart[] {
  const inputs = [
    spec.stemWidths.at(-1) ?? spec.input.channels,
    ...spec.stages.map((_, stage) => outputChannels(spec, stage)),
  ];
  const stages = spec.stages.slice(0, stagesNeeded(spec)).map((_, stage) => ({
    properties: ['stages', 'depth'],
    steps: stageSteps(spec, stage, inputs[stage] ?? 0),
    ...(mapWords[stage] ? { output: mapWords[stage] } : {}),
  }));
  const head = {
    properties: ['classes', 'head'],
    steps: headSteps(spec),
    output: 'answer' as const,
  };
  return [
    {
      properties: ['stem', 'stem-widths', 'variant'],
      steps: stemSteps(spec),
    },
    ...stages,
    ...(hasHead(spec) ? [head] : []),
  ];
}
