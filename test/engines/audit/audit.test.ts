import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditLayers } from '../../../engines/audit/audit.ts';
import {
  type AuditGraph,
  type AuditNode,
  withFloat32,
  withoutTypes,
} from '../../../engines/audit/audit-graph.ts';
import type { AuditExpectation } from '../../../engines/audit/context.ts';
import type {
  EngineDataType,
  EngineLayer,
  LayerKind,
  LayerList,
} from '../../../engines/audit/layer.ts';
import { readLayerList } from '../../../engines/audit/read-layer-list.ts';
import { runsOnTensorCores } from '../../../engines/audit/rules/precision.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { layerListFixtures, readFixture } from './fixtures.ts';
import { auditGraphFor, idealEngine, layerOf, replaceLayer } from './ideal-engine.ts';

const fp16 = { precision: 'fp16' } as const;

/** Code and node of each finding that is no note. */
function complaints(list: LayerList, expectation: AuditExpectation): readonly string[] {
  return auditLayers(list, expectation)
    .findings.filter(({ diagnostic }) => diagnostic.severity !== 'note')
    .map(({ diagnostic, node }) => `${diagnostic.code} ${node ?? ''}`.trim());
}

/** The graph with nodes put behind another one's output; its readers read what the last of them makes. */
function insertAfter(graph: AuditGraph, after: string, ...ops: readonly string[]): AuditGraph {
  const nodes: AuditNode[] = [];
  let value = '';
  let last = '';
  for (const node of graph.nodes) {
    nodes.push({ ...node, inputs: node.inputs.map((input) => (input === value ? last : input)) });
    if (node.name !== after) continue;
    value = node.outputs[0] ?? '';
    last = value;
    for (const op of ops) {
      const name = `${after}/${op.toLowerCase()}`;
      nodes.push({ name, op, inputs: [last], outputs: [name] });
      last = name;
    }
  }
  return { ...graph, nodes };
}

const shapes: fc.Arbitrary<Partial<Spec>> = fc.record({
  block: fc.constantFrom('basic', 'bottleneck'),
  stem: fc.constantFrom('conv7', 'deep', 'conv3'),
  shortcut: fc.constantFrom('projection', 'avgpool', 'pad'),
  firstShortcut: fc.constantFrom('projection', 'identity'),
  stages: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 2 }),
} as const);

describe('an engine at its best', () => {
  it('passes for every shape of network, with one fused layer a block', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom('fp16', 'fp32'), (spec, precision) => {
        const graph = auditGraphFor(spec, precision);
        const type = precision === 'fp16' ? 'float16' : 'float32';
        const report = auditLayers(idealEngine(graph, type), { precision, graph });
        const blocks = (spec.stages ?? []).reduce((sum, count) => sum + count, 0);
        expect(report.verdict).toBe('pass');
        expect(report.blocks).toHaveLength(blocks);
        expect(
          report.blocks.every(({ state, writes }) => state === 'fused' && writes === type),
        ).toBe(true);
        expect(complaints(idealEngine(graph, type), { precision, graph })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(layerListFixtures)('passes in the form of each release: %s', (name) => {
    const report = auditLayers(readLayerList({ name, text: readFixture(name) }), fp16);
    expect(report.verdict).toBe('pass');
    expect(report.blocks).toHaveLength(1);
    expect(report.blocks[0]).toMatchObject({ state: 'fused', conv: 'stage1/block0/conv2' });
  });
});

describe('int8 on TensorRT-RTX', () => {
  it('is advised against, whatever was found', () => {
    const list = readLayerList({ name: 'log', text: readFixture('tensorrt-rtx.log') });
    const errors = auditLayers(list, { precision: 'int8' }).findings.filter(
      ({ diagnostic }) => diagnostic.severity === 'error',
    );
    expect(errors.map(({ diagnostic }) => diagnostic.code)).toEqual([
      'audit-residual-float',
      'audit-precision-missed',
    ]);
    for (const { diagnostic } of errors) expect(diagnostic.hint).toContain('--fp16');
  });
});

describe('residual blocks', () => {
  const graph = auditGraphFor();
  const find = (name: string): AuditNode => {
    const node = graph.nodes.find((candidate) => candidate.name === name);
    if (!node) throw new Error(`no ${name}`);
    return node;
  };
  const block = 'stage2/block0';

  it('are named by their common path, with the convolution that took the Add', () => {
    expect(auditLayers(idealEngine(graph), { ...fp16, graph }).blocks).toMatchObject([
      { block: 'stage1/block0', add: 'stage1/block0/conv2/add', conv: 'stage1/block0/conv2' },
      { block, add: `${block}/conv2/add`, conv: `${block}/conv2` },
    ]);
  });

  it('may end in either convolution of a projection block', () => {
    const main = layerOf([find(`${block}/conv2`)], 'float16');
    const shortcut = layerOf(
      [find(`${block}/shortcut`), find(`${block}/conv2/add`), find(`${block}/conv2/relu`)],
      'float16',
    );
    const other = replaceLayer(
      replaceLayer(idealEngine(graph), `${block}/shortcut`, () => []),
      `${block}/conv2/add`,
      () => [main, shortcut],
    );
    const report = auditLayers(other, { ...fp16, graph });
    expect(report.verdict).toBe('pass');
    expect(report.blocks[1]).toMatchObject({ state: 'fused', conv: `${block}/shortcut` });
  });

  it('fail where Add and Relu are a kernel of their own, with node and .rn line', () => {
    const apart = replaceLayer(idealEngine(graph), `${block}/conv2/add`, () => [
      layerOf([find(`${block}/conv2`)], 'float16'),
      layerOf([find(`${block}/conv2/add`), find(`${block}/conv2/relu`)], 'float16'),
    ]);
    const file = { path: 'net.rn', text: 'model net {\n  depth 18\n}\n' };
    const span = { file, start: 14, end: 22 };
    const report = auditLayers(apart, {
      ...fp16,
      graph,
      spanOf: (node) => (node.startsWith(block) ? span : undefined),
    });
    expect(report.verdict).toBe('fail');
    expect(report.findings).toHaveLength(2 + 1);
    expect(report.findings[0]).toMatchObject({
      node: `${block}/conv2/add`,
      diagnostic: { code: 'audit-residual-unfused', severity: 'error', span },
    });
  });

  it('fail where only the Relu is left out', () => {
    const apart = replaceLayer(idealEngine(graph), `${block}/conv2/add`, () => [
      { ...layerOf([find(`${block}/conv2`), find(`${block}/conv2/add`)], 'float16'), relu: false },
      layerOf([find(`${block}/conv2/relu`)], 'float16'),
    ]);
    expect(complaints(apart, { ...fp16, graph })).toEqual([
      `audit-residual-unfused ${block}/conv2/add`,
      `audit-stray-layer ${block}/conv2/relu`,
    ]);
  });

  it('fail where nothing says that the Relu is in the kernel', () => {
    const untold = replaceLayer(idealEngine(graph), `${block}/conv2/add`, () => [
      layerOf([find(`${block}/conv2`), find(`${block}/conv2/add`)], 'float16'),
    ]);
    expect(untold.layers.some(({ relu }) => relu !== undefined)).toBe(false);
    expect(auditLayers(untold, { ...fp16, graph }).blocks[1]?.state).toBe('unfused');
  });

  it('are unclear where no layer names the Add', () => {
    const silent = replaceLayer(idealEngine(graph), `${block}/conv2/add`, (layer) => [
      { ...layer, inputs: layer.inputs.slice(0, 1), onnxNodes: [`${block}/conv2`] },
    ]);
    const report = auditLayers(silent, { ...fp16, graph });
    expect(report.blocks[1]?.state).toBe('unclear');
    expect(report.verdict).toBe('pass');
    expect(complaints(silent, { ...fp16, graph })).toEqual([
      `audit-residual-unclear ${block}/conv2/add`,
    ]);
  });

  it('are found by the second input of a convolution where a release drops the Add’s name', () => {
    const nameless = replaceLayer(idealEngine(graph), `${block}/conv2/add`, (layer) => [
      { ...layer, relu: true, onnxNodes: [`${block}/conv2`] },
    ]);
    expect(auditLayers(nameless, { ...fp16, graph }).blocks[1]?.state).toBe('fused');
  });
});

describe('a graph made worse on purpose', () => {
  const good = auditGraphFor();
  const conv = 'stage2/block0/conv2';

  it.each([
    'Identity',
    'Pad',
    'Cast',
    'BatchNormalization',
  ])('is caught where the compiler saw through it: %s between convolution and Add', (op) => {
    const graph = insertAfter(good, conv, op);
    const found = complaints(idealEngine(good), { ...fp16, graph });
    expect(found).toEqual([`audit-unwanted-node ${conv}/${op.toLowerCase()}`]);
  });

  it('is the reason that is told where the compiler did not', () => {
    const graph = insertAfter(good, conv, 'Pad');
    const report = auditLayers(idealEngine(graph), { ...fp16, graph });
    const [first] = report.findings;
    expect(first).toMatchObject({ node: `${conv}/pad`, diagnostic: { severity: 'error' } });
    expect(first?.diagnostic.message).toContain(`Pad '${conv}/pad' stands between`);
  });

  it('is caught where a convolution’s output is read twice', () => {
    const twice: AuditNode = { name: 'probe', op: 'Relu', inputs: [conv], outputs: ['probe'] };
    const graph = { ...good, nodes: [...good.nodes, twice] };
    const found = complaints(idealEngine(good), { ...fp16, graph });
    expect(found).toEqual([`audit-second-reader ${conv}`]);
  });

  it('is caught where a convolution’s output leaves the network', () => {
    const graph = { ...good, outputs: [...good.outputs, conv] };
    expect(complaints(idealEngine(good), { ...fp16, graph })).toEqual([
      `audit-second-reader ${conv}`,
    ]);
  });

  it('is caught where both operands of an Add are quantised', () => {
    const both = insertAfter(
      insertAfter(good, conv, 'QuantizeLinear', 'DequantizeLinear'),
      'stage2/block0/shortcut',
      'QuantizeLinear',
      'DequantizeLinear',
    );
    expect(complaints(idealEngine(good), { ...fp16, graph: both })).toHaveLength(2);
    const one = insertAfter(good, 'stage2/block0/shortcut', 'QuantizeLinear', 'DequantizeLinear');
    expect(complaints(idealEngine(good), { ...fp16, graph: one })).toEqual([]);
  });
});

describe('precision', () => {
  it('fails where FP16 was asked for and FP32 was built', () => {
    const graph = auditGraphFor();
    const report = auditLayers(idealEngine(graph, 'float32'), { ...fp16, graph });
    expect(report).toMatchObject({ verdict: 'fail', inPrecision: { count: 0, of: 8 } });
    expect(report.findings[0]?.diagnostic.code).toBe('audit-precision-missed');
  });

  it('warns of a single layer, and not of one that the typed graph keeps in FP32', () => {
    const graph = auditGraphFor();
    const conv = 'stage1/block0/conv1';
    const mixed = replaceLayer(idealEngine(graph), conv, ({ inputs, ...layer }) => [
      { ...layer, inputs: inputs.map((input) => ({ ...input, dataType: 'float32' as const })) },
    ]);
    expect(complaints(mixed, { ...fp16, graph })).toEqual([`audit-layer-precision ${conv}`]);
    const kept = withFloat32(graph, [conv]);
    expect(complaints(mixed, { ...fp16, graph: kept })).toEqual([]);
    // So it is where the builder chooses types, and the graph has none.
    const untyped = withFloat32(withoutTypes(graph), [conv]);
    expect(complaints(mixed, { ...fp16, graph: untyped })).toEqual([]);
  });

  it('fails an int8 engine whose blocks write float, and names them', () => {
    const list = readLayerList({ name: 'x', text: readFixture('tensorrt-rtx.log') });
    const layers = list.layers.map((layer) => ({
      ...layer,
      inputs: layer.inputs.map((input) => ({ ...input, dataType: 'int8' as const })),
    }));
    const report = auditLayers({ ...list, layers }, { precision: 'int8' });
    expect(report.verdict).toBe('fail');
    expect(report.findings[0]).toMatchObject({
      node: 'stage1/block0/conv2/add',
      diagnostic: { code: 'audit-residual-float' },
    });
  });

  it('tells of TF32 in an FP32 engine', () => {
    const graph = auditGraphFor({}, 'fp32');
    const list = idealEngine(graph, 'float32');
    const layers = list.layers.map((layer) =>
      layer.kind === 'convolution' ? { ...layer, tactic: 'sm80_xmma_tf32f32_f32' } : layer,
    );
    const told = (tf32?: boolean) =>
      complaints({ ...list, layers }, { precision: 'fp32', graph, tf32 });
    expect(told()).toEqual(['audit-tf32']);
    expect(told(true)).toEqual([]);
    expect(told(false)).toEqual(['audit-tf32-unwanted']);
    const promised = { precision: 'fp32', graph, tf32: false } as const;
    expect(auditLayers({ ...list, layers }, promised).verdict).toBe('fail');
  });
});

describe('kernels that only serve others', () => {
  it('are notes at the ends of the network and warnings inside, with their share of time', () => {
    const list = readLayerList({
      name: 'x',
      text: readFixture('trtexec-8.json'),
      profile: readFixture('profile-8.json'),
    });
    const report = auditLayers(list, fp16);
    expect(report.findings.map(({ diagnostic }) => diagnostic.code)).toEqual([
      'audit-edge-layer',
      'audit-edge-layer',
      'audit-padded-channels',
    ]);
    expect(report.findings[0]?.diagnostic.message).toContain('reformat, 10.0 % of the time');
    expect(report.kinds[0]).toMatchObject({ kind: 'convolution', kernels: 4 });
    expect(report.kinds.reduce((sum, { timeShare = 0 }) => sum + timeShare, 0)).toBeCloseTo(1);
    const stray = list.layers.map((layer) =>
      layer.name === 'head/pool' ? { ...layer, kind: 'reformat' as const } : layer,
    );
    expect(complaints({ ...list, layers: stray }, fp16)).toEqual(['audit-stray-layer head/pool']);
  });

  it('belong to the input as far as they only bring it in: shuffle and quantiser behind one another', () => {
    const tensor = (name: string, dataType: EngineDataType) => ({ name, dataType });
    const layer = (
      name: string,
      kind: LayerKind,
      ends: readonly [EngineLayer['inputs'][number], EngineLayer['inputs'][number]],
    ): EngineLayer => ({
      name,
      type: 'test',
      kind,
      inputs: [ends[0]],
      outputs: [ends[1]],
      onnxNodes: [name],
    });
    const [x, laid, int8, padded, y] = [
      tensor('x', 'float32'),
      tensor('laid', 'float32'),
      tensor('int8', 'int8'),
      tensor('padded', 'int8'),
      tensor('y', 'float32'),
    ];
    if (!x || !laid || !int8 || !padded || !y) throw new Error('no tensors');
    const layers = [
      layer('transpose', 'shuffle', [x, laid]),
      layer('quantize', 'quantize', [laid, int8]),
      layer('pad', 'padding', [int8, padded]),
      layer('conv', 'convolution', [padded, y]),
    ];
    const list: LayerList = {
      source: 'trtexec',
      layers,
      bindings: ['x', 'y'],
      detailed: true,
      complete: true,
    };
    const told = auditLayers(list, { precision: 'int8' }).findings.map(
      ({ diagnostic, layer: name }) => `${diagnostic.code} ${name}`,
    );
    expect(told).toEqual([
      'audit-edge-layer transpose',
      'audit-edge-layer quantize',
      'audit-stray-layer pad',
      'audit-no-blocks undefined',
    ]);
    // The model's own zero padding is no form of the input, wherever it stands.
    const first = [layer('pad', 'padding', [x, laid]), layer('conv', 'convolution', [laid, y])];
    const codes = auditLayers({ ...list, layers: first }, { precision: 'fp32' }).findings;
    expect(codes.map(({ diagnostic }) => diagnostic.code)).toContain('audit-stray-layer');
  });

  it('names the convolution of a layer, not its weights', () => {
    const text = readFixture('trtexec-8.json').replace('first_layer_hmma', 'int8x4_icudnn');
    const list = readLayerList({ name: 'x', text });
    for (const constant of [
      'onnx::Conv_193',
      'layer1.0.conv1.weight',
      'resnet50/conv1_conv/Conv2D_weights_fused_bn',
      'resnet50/conv1_conv/Conv2D/ReadVariableOp',
    ]) {
      const layers = list.layers.map((layer) =>
        layer.tactic?.includes('icudnn')
          ? { ...layer, onnxNodes: [constant, 'QuantizeLinear_7', 'stem/conv1', 'stem/relu'] }
          : layer,
      );
      const told = complaints({ ...list, layers }, { precision: 'fp16' });
      expect(told).toContain('audit-no-tensor-cores stem/conv1');
    }
  });

  it('tells channels given and stored', () => {
    for (const [name, stored] of [
      ['trtexec-8.json', 4],
      ['tensorrt-rtx.log', 8],
    ] as const) {
      const report = auditLayers(readLayerList({ name, text: readFixture(name) }), fp16);
      const padded = report.findings.find(
        ({ diagnostic }) => diagnostic.code === 'audit-padded-channels',
      );
      expect(padded?.diagnostic.message).toBe(`stem/conv1 reads 3 channels stored as ${stored}.`);
    }
  });

  it('tells kernels off tensor cores where kernels are named', () => {
    const text = readFixture('trtexec-8.json').replace('first_layer_hmma', 'int8x4_icudnn');
    const list = readLayerList({ name: 'x', text });
    expect(complaints(list, fp16)).toEqual(['audit-no-tensor-cores stem/conv1']);
    expect(auditLayers(list, fp16).onTensorCores).toEqual({ count: 3, of: 4 });
  });
});

/** Names as TensorRT's logs, its engine examples and cuBLAS print them. */
const kernels: readonly (readonly [tactic: string, tensorCores: boolean])[] = [
  [
    'trt_turing_cutlass_image_network_first_layer_hmma_fprop_f16f16f32_nhwc_nhwc_k64r7s7c4_stride2x2',
    true,
  ],
  [
    'sm80_xmma_fprop_implicit_gemm_f16f16_f16f16_f16_nhwckrsc_nhwc_tilesize256x64x32_stage3_warpsize4x1x1_g1_tensor16x8x16_t1r3s3',
    true,
  ],
  [
    'sm80_xmma_fprop_implicit_gemm_interleaved_i8i8_i8i32_f32_nchw_vect_c_32kcrs_vect_c_32_nchw_vect_c_32_tilesize192x64x64_stage3_warpsize4x1x1_g1_tensor16x8x32',
    true,
  ],
  ['turing_int8_i8816cudnn_int8_256x64_ldg16_relu_medium_nt_v1', true],
  ['turing_fp16_s1688cudnn_fp16_128x128_ldg8_relu_f2f_exp_small_nhwc_tn_v1', true],
  ['volta_fp16_s884cudnn_fp16_256x64_ldg8_relu_f2f_exp_small_nhwc2nchw_tn_v1', true],
  [
    'sm80_xmma_fprop_implicit_gemm_f32f32_f32f32_f32_nchwkcrs_nchw_tilesize128x16x8_stage3_warpsize4x1x1_g1_ffma_aligna4_alignc4',
    false,
  ],
  [
    'sm80_xmma_gemm_f32f32_f32f32_f32_tn_n_tilesize32x64x8_stage3_warpsize1x2x1_ffma_aligna4_alignc4',
    false,
  ],
  [
    'sm70_xmma_fprop_implicit_gemm_f16f16_f16f16_f16_nchwkcrs_nchw_tilesize64x64x8_stage1_hfma_t1r1s1',
    false,
  ],
  ['sm70_xmma_fprop_implicit_gemm_i8i8_i8i32_f32_tilesize64x64x8_stage1_idp4a_t1r1s1', false],
  ['sm70_xmma_fprop_conv1x1_f32f32_f32_f32_nchwkcrs_nchw_simt_small_batch_bias_relu', false],
  ['ampere_scudnn_128x64_relu_xregs_large_nn_v1', false],
];

it.each(kernels)('%s on tensor cores: %s', (tactic, expected) => {
  const layer = idealEngine(auditGraphFor()).layers[0];
  if (!layer) throw new Error('no layer');
  expect(runsOnTensorCores({ ...layer, tactic })).toBe(expected);
});

describe('what cannot be judged', () => {
  it('is said of names, cut lists, opaque layers and lists without blocks', () => {
    const names = readLayerList({ name: 'x', text: readFixture('names-only.json') });
    expect(complaints(names, fp16)).toEqual(['audit-names-only']);
    const text = readFixture('trtexec-8.json');
    const cut = readLayerList({
      name: 'x',
      text: text.slice(0, text.indexOf('"Name": "head/pool')),
    });
    expect(complaints(cut, fp16)).toContain('audit-list-incomplete');
    const opaque = {
      Layers: [{ Name: '{ForeignNode[input/cast...head/fc]}', LayerType: 'Myelin' }],
    };
    const list = readLayerList({ name: 'x', text: JSON.stringify(opaque) });
    const graph = auditGraphFor();
    expect(complaints(list, { ...fp16, graph })).toEqual([
      'audit-residual-unclear stage1/block0/conv2/add',
      'audit-residual-unclear stage2/block0/conv2/add',
      'audit-names-only',
      'audit-opaque-layer head/fc',
    ]);
    expect(complaints(list, fp16)).toContain('audit-no-blocks');
  });

  it('is an error where the list belongs to another model', () => {
    const graph = auditGraphFor({ stages: [2, 2], block: 'bottleneck' });
    const list = readLayerList({ name: 'x', text: readFixture('tensorrt-rtx.log') });
    const report = auditLayers(list, { ...fp16, graph });
    expect(report.verdict).toBe('fail');
    expect(report.findings.map(({ diagnostic }) => diagnostic.code)).toContain('audit-wrong-model');
  });
});
