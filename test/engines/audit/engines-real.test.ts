import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type AuditReport, auditLayers } from '../../../engines/audit/audit.ts';
import { findLayerLists } from '../../../engines/audit/audit-folder.ts';
import type { Precision } from '../../../engines/engine.ts';

const shared = fileURLToPath(new URL('../../../../shared/engines-real', import.meta.url));

async function audit(folder: string, precision: Precision): Promise<AuditReport> {
  const [found] = await findLayerLists(`${shared}/${folder}`);
  if (!found) throw new Error('no layers');
  return auditLayers(found.list, { precision });
}

function countOf(report: AuditReport, code: string): number {
  return report.findings.filter(({ diagnostic }) => diagnostic.code === code).length;
}

/** What the folder's README says of the three engines, and what NVIDIA's profile says of their time. */
describe.skipIf(!existsSync(shared))(
  'real ResNet-18 engines (needs ../shared/engines-real)',
  () => {
    it.each([
      ['fp16', 'fp16', 25, 'pass'],
      ['qat', 'int8', 35, 'fail'],
      ['qat-residual-qgap', 'int8', 23, 'pass'],
    ] as const)('%s: every residual sits in a convolution', async (folder, precision, kernels, verdict) => {
      const report = await audit(folder, precision);
      expect(report.kernels).toBe(kernels);
      expect(report.blocks).toHaveLength(8);
      expect(report.blocks.map(({ state }) => state)).toEqual(Array(8).fill('fused'));
      expect(report.verdict).toBe(verdict);
    });

    it('fp16 is FP16, with two reformats at its ends and 21 of 21 kernels on tensor cores', async () => {
      const report = await audit('fp16', 'fp16');
      expect(report.inPrecision).toEqual({ count: 21, of: 21 });
      expect(report.onTensorCores).toEqual({ count: 21, of: 21 });
      expect(report.findings.map(({ diagnostic }) => diagnostic.severity)).toEqual(
        Array(3).fill('note'),
      );
      expect(report.blocks.every(({ writes }) => writes === 'float16')).toBe(true);
      const reformat = report.kinds.find(({ kind }) => kind === 'reformat');
      expect(reformat?.timeMs).toBeCloseTo(0.088, 3);
    });

    it('fp16 is not FP32', async () => {
      const report = await audit('fp16', 'fp32');
      expect(report.verdict).toBe('fail');
      expect(countOf(report, 'audit-precision-missed')).toBe(1);
    });

    it('qat keeps its residuals in float, each with a quantiser behind it', async () => {
      const report = await audit('qat', 'int8');
      expect(report.blocks.every(({ writes }) => writes === 'float16')).toBe(true);
      expect(countOf(report, 'audit-residual-float')).toBe(8);
      const serving = report.kinds.filter(({ kind }) => kind === 'quantize' || kind === 'reformat');
      expect(serving.reduce((sum, { kernels }) => sum + kernels, 0)).toBe(12);
      expect(serving.reduce((sum, { timeMs = 0 }) => sum + timeMs, 0)).toBeCloseTo(0.279, 3);
    });

    it('qat-residual-qgap writes int8 everywhere and quantises only its input', async () => {
      const report = await audit('qat-residual-qgap', 'int8');
      expect(report.blocks.every(({ writes }) => writes === 'int8')).toBe(true);
      expect(report.findings.map(({ diagnostic }) => diagnostic.code)).toEqual([
        'audit-edge-layer',
      ]);
      expect(report.findings[0]?.timeMs).toBeCloseTo(0.095, 3);
    });

    it('has the layers in the order of the file', () => {
      const text = readFileSync(`${shared}/fp16/graph.json`, 'utf8');
      expect(JSON.parse(text).Layers).toHaveLength(36);
    });
  },
);
