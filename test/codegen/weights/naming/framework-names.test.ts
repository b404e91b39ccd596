import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../../codegen/architecture/lower.ts';
import { describeWeights } from '../../../../codegen/weights/inference/describe-weights.ts';
import type { InferredSpec } from '../../../../codegen/weights/inference/inferred-spec.ts';
import { bindWeights } from '../../../../codegen/weights/naming/bind.ts';
import type { DiagnosticCode } from '../../../../src/diagnostics/messages.ts';
import { expectDiagnostic } from '../../../helpers/byte-sources.ts';
import { specFromInferred } from '../../../helpers/inferred-networks.ts';
import { specOf } from '../../../helpers/specs.ts';
import { fileOfShapes } from '../../../helpers/unread-weights.ts';

/*
 * Names and shapes of files that the frameworks wrote: test/interop/checkpoints.py made them, test/fixtures/checkpoint_names.py took the names out. What
 * they compute is judged there (npm run judge:checkpoints).
 */
const names = new URL('../../../fixtures/checkpoints/names.json', import.meta.url);
const checkpoints: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> =
  JSON.parse(readFileSync(names, 'utf8'));
const fileOf = (name: string) => fileOfShapes(Object.entries(checkpoints[name] ?? {}));

describe('a network of the language', () => {
  const networks: readonly (readonly [string, Partial<InferredSpec>])[] = [
    ['paddle_vision_resnet18', { scheme: 'paddle-vision', depth: 18, classes: 37 }],
    ['transformers_basic_folder', { scheme: 'transformers', depth: 18, classes: 37 }],
    ['timm_resnet50_gn', { depth: 50, norm: { kind: 'group', count: 32 } }],
    ['timm_skresnet18', { multiPath: { kind: 'select', reads: 'halves', reduce: 8, divisor: 16 } }],
    [
      'paddleclas_res2net50',
      { multiPath: { kind: 'res2net', scale: 4, start: 'chained', padding: 'ignored' } },
    ],
    [
      'transformers_stride_in_conv1',
      { scheme: 'transformers', block: 'bottleneck', stages: [2, 2, 2, 2], classes: 37 },
    ],
  ];
  test.each(networks)('%s', (name, expected) => {
    const file = fileOf(name);
    const inferred = describeWeights(file);
    expect(inferred).toMatchObject(expected);
    const { graph, tensorCount } = bindWeights(lowerSpec(specFromInferred(inferred, 64)), file);
    expect(tensorCount).toBe(file.tensors.size);
    for (const { slot, source } of graph.initializers.values()) {
      if (slot) expect(source).toBeDefined();
    }
  });
});

test("a detector's backbone is a network without a head: what lies beside it is left aside, and said", () => {
  const file = fileOf('torchvision_faster_rcnn');
  const inferred = describeWeights(file);
  expect(inferred).toMatchObject({ scheme: 'torchvision', depth: 50, head: 'features' });
  const { notes } = bindWeights(lowerSpec(specFromInferred(inferred, 64)), file);
  expect(notes).toEqual([
    "The network is under 'backbone.body'.",
    expect.stringMatching(/^Not part of the network, left aside: backbone\.fpn.* and 22 more\.$/),
  ]);
});

describe('a network of another kind is refused for its reason', () => {
  const unsupported = 'weights-network-unsupported';
  const bare = 'weights-no-statistics';
  test.each<[string, DiagnosticCode, string]>([
    ['torchvision_named_parameters', bare, 'of its 20 norms none'],
    ['torchvision_quantised', unsupported, 'it is quantised; give the float checkpoint'],
  ])('%s: %s', async (name, code, reason) => {
    const { message } = await expectDiagnostic(() => describeWeights(fileOf(name)), code);
    expect(message).toContain(reason);
  });

  test.each([
    ['timm_resnet50_gn', { depth: 50, classes: 1000 }],
    ['torchvision_named_parameters', { depth: 18, widths: [16, 24, 32, 48], classes: 37 }],
    ['torchvision_named_parameters', { depth: 34, classes: 5 }],
  ])('%s as weights of %j, with a cure that works', async (name, over) => {
    const graph = lowerSpec(specOf(over as object));
    const work = () => bindWeights(graph, fileOf(name));
    const { hint } = await expectDiagnostic(work, 'weights-no-statistics');
    expect(hint).toContain('GroupNorm');
    expect(hint).toContain('torch.save(model.state_dict(), "model.pth")');
    expect(hint).not.toContain('rcc init');
  });

  test("in Paddle's words", async () => {
    const entries = Object.entries(checkpoints.paddle_vision_resnet18 ?? {});
    const trained = entries.filter(([name]) => !/\._(mean|variance)$/.test(name));
    const work = () => describeWeights({ ...fileOfShapes(trained), format: 'pdparams' });
    const { hint } = await expectDiagnostic(work, 'weights-no-statistics');
    expect(hint).toContain('paddle.save(model.state_dict(), "model.pdparams")');
  });

  test('a file that lacks some statistics is incomplete', async () => {
    const entries = Object.entries(checkpoints.paddle_vision_resnet18 ?? {});
    const file = fileOfShapes(entries.filter(([name]) => !name.endsWith('._variance')));
    const graph = lowerSpec(specFromInferred(describeWeights(file), 64));
    await expectDiagnostic(() => bindWeights(graph, file), 'weights-do-not-fit');
  });
});
