import { describe, expect, it } from 'vitest';
import { auditLayers } from '../../../engines/audit/audit.ts';
import {
  auditBlockTable,
  auditFindingTable,
  auditToJson,
  formatAudit,
} from '../../../engines/audit/format-audit.ts';
import { readLayerList } from '../../../engines/audit/read-layer-list.ts';
import { readFixture } from './fixtures.ts';
import { auditGraphFor, idealEngine } from './ideal-engine.ts';

const file = { path: 'nets/small.rn', text: 'model small {\n  depth 18\n  variant vb\n}\n' };
const spanOf = () => ({ file, start: 16, end: 24 });

function timedReport() {
  const text = readFixture('trtexec-8.json');
  const profile = readFixture('profile-8.json');
  const list = readLayerList({ name: 'layers.json', text, profile });
  return auditLayers(list, { precision: 'fp16', spanOf });
}

describe('an audit as text', () => {
  it('shows verdict, counts, times by kind and findings with their line', () => {
    expect(formatAudit(timedReport())).toMatchInlineSnapshot(`
      "fusion audit: pass (FP16, TensorRT)
        kernels          7
        residual blocks  1 of 1 fused; 1 write float16
        precision        4 of 4 convolutions and matrix products in float16
        tensor cores     4 of 4 named kernels

        kind         kernels  time ms   share
        convolution        4    0.670  83.8 %
        reformat           2   0.0900  11.2 %
        pooling            1   0.0400   5.0 %

      note audit-edge-layer
        'Reformatting CopyNode for Input Tensor 0 to stem/conv1 + stem/conv1/relu' brings the network’s input into the form the engine computes in (reformat, 10.0 % of the time). (nets/small.rn:2)
        'Reformatting CopyNode for Output Tensor 0 to reshape_after_head/fc' brings the network’s output into the form the engine computes in (reformat, 1.3 % of the time). (nets/small.rn:2)

      note audit-padded-channels
        stem/conv1 reads 3 channels stored as 4. (nets/small.rn:2)
      "
    `);
  });

  it('counts many findings of one code and tells a few', () => {
    const graph = auditGraphFor({ stages: [9, 9] });
    const ideal = idealEngine(graph);
    const layers = ideal.layers.flatMap((layer) =>
      layer.onnxNodes.length === 3
        ? [
            { ...layer, inputs: layer.inputs.slice(0, 1), onnxNodes: layer.onnxNodes.slice(0, 1) },
            { ...layer, kind: 'pointwise' as const, onnxNodes: layer.onnxNodes.slice(1) },
          ]
        : [layer],
    );
    const report = auditLayers({ ...ideal, layers }, { precision: 'fp16', graph, spanOf });
    expect(report.findings.length).toBeGreaterThan(18);
    expect(formatAudit(report)).toMatchInlineSnapshot(`
      "fusion audit: fail (FP16, TensorRT-RTX)
        kernels          62 for 42 convolutions, pools and matrix products
        residual blocks  0 of 18 fused; 18 write float16
        precision        40 of 40 convolutions and matrix products in float16

        kind         kernels
        convolution       39
        pointwise         18
        reformat           2
        pooling            2
        gemm               1

      error audit-residual-unfused
        stage1/block0: its residual Add is a kernel of its own, 'stage1/block0/conv2 + stage1/block0/conv2/add + stage1/block0/conv2/relu'. (nets/small.rn:2)
        stage1/block1: its residual Add is a kernel of its own, 'stage1/block1/conv2 + stage1/block1/conv2/add + stage1/block1/conv2/relu'. (nets/small.rn:2)
        stage1/block2: its residual Add is a kernel of its own, 'stage1/block2/conv2 + stage1/block2/conv2/add + stage1/block2/conv2/relu'. (nets/small.rn:2)
        stage1/block3: its residual Add is a kernel of its own, 'stage1/block3/conv2 + stage1/block3/conv2/add + stage1/block3/conv2/relu'. (nets/small.rn:2)
        and 14 more: stage1/block4/conv2/add, stage1/block5/conv2/add, stage1/block6/conv2/add, stage1/block7/conv2/add, …
        hint: Convolution, Add and Relu must follow each other directly, each read once.

      note audit-edge-layer
        'input/cast' brings the network’s input into the form the engine computes in (reformat). (nets/small.rn:2)
        'head/fc/cast' brings the network’s output into the form the engine computes in (reformat). (nets/small.rn:2)
      "
    `);
  });
});

describe('an audit as data', () => {
  it('has path and line in place of spans, and is JSON', () => {
    const json = JSON.parse(JSON.stringify(auditToJson(timedReport())));
    expect(json).toMatchObject({ verdict: 'pass', precision: 'fp16', kernels: 7 });
    expect(json.findings[0]).toMatchObject({
      code: 'audit-edge-layer',
      severity: 'note',
      node: 'stem/conv1',
      layer: 'Reformatting CopyNode for Input Tensor 0 to stem/conv1 + stem/conv1/relu',
      timeMs: 0.08,
      file: 'nets/small.rn',
      line: 2,
    });
    expect(JSON.stringify(json)).not.toContain('variant vb');
  });

  it('gives tables of blocks and findings', () => {
    expect(auditBlockTable(timedReport())).toEqual({
      columns: ['block', 'state', 'Add in', 'writes', 'time ms'],
      rows: [['stage1/block0/conv2/add', 'fused', 'stage1/block0/conv2', 'float16', '0.240']],
    });
    expect(auditFindingTable(timedReport()).rows[0]?.slice(0, 4)).toEqual([
      'note',
      'audit-edge-layer',
      'stem/conv1',
      'nets/small.rn:2',
    ]);
  });
});
