/* Every form that rcc writes, for the releases that differ in how they take it: the graph, and the command that builds it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { printType } from '../../../codegen/ir/ops.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import type { Precision } from '../../../codegen/precisions.ts';
import { tensorrtTarget } from '../../../engines/tensorrt/target.ts';
import { dryRunSpec } from '../../../src/compile/dry-run.ts';
import { type GraphOptions, pipelineFor } from '../../../src/compile/precision.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { specAt } from '../../helpers/spec-files.ts';
import { parseCommandLine } from '../../stand-in/command-line.ts';
import { releaseNamed } from '../../stand-in/release.ts';
import { diagnosticsOf } from './helpers.ts';

interface Flavour extends GraphOptions {
  readonly precision: Precision;
  readonly head?: Spec['head'];
}

const flavours: Readonly<Record<string, Flavour>> = {
  fp32: { precision: 'fp32' },
  'fp32 that reads pixels': { precision: 'fp32', inputForm: 'uint8-nhwc' },
  fp16: { precision: 'fp16' },
  'fp16 with softmax': { precision: 'fp16', head: 'softmax' },
  'fp16 with a block in float32': { precision: 'fp16', keepFp32: ['stage1/block0'] },
  'fp16 that reads float16': { precision: 'fp16', inputForm: 'float16' },
  'fp16 that reads pixels': { precision: 'fp16', inputForm: 'uint8-nhwc' },
  'fp16 that reads pixels in float32, to probabilities': {
    precision: 'fp16',
    inputForm: 'float32-pixels',
    outputForm: 'probabilities',
  },
  'fp16 that reads pixels with alpha': { precision: 'fp16', inputForm: 'rgba-uint8' },
  int8: { precision: 'int8' },
  'int8 with layers in float32': { precision: 'int8', int8Keep: ['stem', 'fc'] },
  'int8 that reads pixels': { precision: 'int8', inputForm: 'uint8-nhwc' },
};
const releases = ['8.6', '10.4', '10.16', '11.1'] as const;

let spec: Spec;
beforeAll(async () => {
  spec = await specAt('specs/resnet18_vd.rn');
});

async function targetOf(precision: Precision, trt: string, gpu: string) {
  const options = await tensorrtTarget.read({ trt, gpu });
  return await tensorrtTarget.choose(options, { precision, batches: [4], env: {}, isPlan: true });
}

/** The types that the layers' parameters are stored in, and how many nodes turn one type into another. */
function outlineOf({ inputs, outputs, nodes, initializers }: Graph): string {
  const roles = ['conv.weight', 'linear.weight', 'conv.bias', 'linear.bias'];
  const stored = [...initializers.values()].filter(({ slot }) => slot && roles.includes(slot.role));
  const types = [...new Set(stored.map(({ type }) => type.dataType))].sort().join(' and ');
  const count = (op: string) => nodes.filter((node) => node.op === op).length;
  const turns = ['Cast', 'QuantizeLinear', 'DequantizeLinear'].map((op) => `${count(op)} ${op}`);
  const [input, output] = [inputs, outputs].map((ends) => ends[0] && printType(ends[0].type));
  return `${input} → ${output}, parameters ${types}, ${turns.join(', ')}`;
}

async function plan(flavour: Flavour, release: string, gpu: string) {
  const { precision, head = spec.head, ...options } = flavour;
  const target = await targetOf(precision, release, gpu);
  const headed = { ...spec, head };
  const lowered = lowerSpec(headed);
  const pipeline = pipelineFor(headed, lowered, target.form, options);
  const { graph } = runPasses(lowered, passesFor(pipeline));
  const run = { ...options, directory: 'build', target };
  const { commands, plan: planned } = await dryRunSpec(headed, run);
  const { tensorrt } = planned?.facts ?? {};
  const form = (tensorrt as { graph: string } | undefined)?.graph;
  return { graph, commands: commands.map(({ command }) => command), form };
}

describe.each(releases)('TensorRT %s', (release) => {
  test('is given each form as it takes it', async () => {
    const texts: string[] = [];
    for (const [name, flavour] of Object.entries(flavours)) {
      const { graph, commands, form } = await plan(flavour, release, 'a100');
      const wrong = commands.flatMap(([, ...args]) => {
        const parsed = parseCommandLine(args, releaseNamed(release));
        return [...parsed.unknown, ...parsed.complaints, ...parsed.warnings];
      });
      expect(wrong.filter((warning) => !warning.includes('shapes'))).toEqual([]);
      const lines = commands.map((command) => command.join(' '));
      texts.push([`# ${name}: ${form} graph`, outlineOf(graph), ...lines, ''].join('\n'));
    }
    await expect(texts.join('\n')).toMatchFileSnapshot(`golden/flavours-${release}.txt`);
  });

  test('builds no int8 for a V100', async () => {
    const told = await diagnosticsOf(plan({ precision: 'int8' }, release, 'v100'));
    expect(told.map(({ code }) => code)).toContain('tensorrt-int8-without-tensor-cores');
  });
});
