/* Graphs made worse on purpose, built by NVIDIA's own compiler: where it does not see through, the audit names the node. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BuildAudit,
  buildModelFile,
  graphFor,
  writeOnnxFile,
} from '../../../bench/kernels/build-audit.ts';
import { networkNamed, readNetworks } from '../../../bench/kernels/networks.ts';
import { readOnnx } from '../../../codegen/onnx/read.ts';
import { auditGraphOfOnnx } from '../../../engines/audit/audit-graph.ts';
import { createFileByteSource } from '../../../src/io/file-byte-source.ts';
import { castTo, EditableModel } from '../../helpers/edit-onnx.ts';
import { isInstalled, requireInstallation } from './installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-worse-'));
const good = join(folder, 'good.onnx');
const options = { precision: 'fp16', capability: '7.5' } as const;

async function buildWorse(change: (model: EditableModel) => void): Promise<BuildAudit> {
  const path = join(folder, 'worse.onnx');
  const model = new EditableModel(good);
  change(model);
  model.write(path);
  const source = createFileByteSource(path);
  try {
    const graph = auditGraphOfOnnx((await readOnnx(source)).graph);
    return await buildModelFile(requireInstallation(), { path, graph }, options);
  } finally {
    source.close();
  }
}

/** Severity, code and node of each finding that is no note. */
function complaints({ audit }: BuildAudit): readonly string[] {
  return audit.findings
    .filter(({ diagnostic }) => diagnostic.severity !== 'note')
    .map(({ diagnostic, node }) => `${diagnostic.severity} ${diagnostic.code} ${node}`);
}

describe.skipIf(!isInstalled)(
  'TensorRT-RTX and a worse graph (needs the tensorrt-rtx wheel)',
  () => {
    beforeAll(async () => {
      const { graph } = networkNamed(await readNetworks(), 'resnet18');
      await writeOnnxFile(good, graphFor(graph, options));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const conv = 'stage2/block1/conv2';

    it('finds nothing in the graph that rcc writes', async () => {
      expect(complaints(await buildWorse(() => {}))).toEqual([]);
    });

    it('sees through an Identity, which the audit names', async () => {
      const build = await buildWorse((model) =>
        model.addAfter(conv, { name: `${conv}/identity`, opType: 'Identity' }, true),
      );
      expect(build.audit.verdict).toBe('pass');
      expect(complaints(build)).toEqual([`warning audit-unwanted-node ${conv}/identity`]);
    });

    it('sees through a Cast to float32 and back, which the audit names', async () => {
      const build = await buildWorse((model) => {
        model.addAfter(conv, castTo(`${conv}/half`, 'FLOAT16'), true);
        model.addAfter(conv, castTo(`${conv}/float`, 'FLOAT'), true);
      });
      expect(build.audit.verdict).toBe('pass');
      expect(complaints(build)).toEqual([
        `warning audit-unwanted-node ${conv}/float`,
        `warning audit-unwanted-node ${conv}/half`,
      ]);
    });

    it('needs a kernel more for an Add in float32: the audit names the Casts', async () => {
      const build = await buildWorse((model) => {
        const add = model.node(`${conv}/add`);
        const [, shortcut = ''] = add.input ?? [];
        model.addAfter(`${conv}/add`, castTo(`${conv}/half`, 'FLOAT16'), true);
        model.addAfter(conv, castTo(`${conv}/float`, 'FLOAT'), true);
        model.addAfter(conv, { ...castTo('shortcut/float', 'FLOAT'), input: [shortcut] });
        add.input = [`${conv}/float`, 'shortcut/float'];
      });
      expect(build.audit.kernels).toBe((build.audit.operations ?? 0) + 2);
      expect(complaints(build)).toContain(`warning audit-unwanted-node ${conv}/float`);
      expect(complaints(build)).toContain('warning audit-stray-layer shortcut/float');
    });

    it('cannot fuse through a Pad that shifts the map: the audit fails and names it', async () => {
      const build = await buildWorse((model) => {
        model.addConstant('pads', [0, 0, 1, 1, 0, 0, -1, -1]);
        model.addAfter(conv, { name: `${conv}/pad`, opType: 'Pad', input: [conv, 'pads'] }, true);
      });
      expect(build.audit.verdict).toBe('fail');
      expect(complaints(build)).toEqual([
        `error audit-residual-unfused ${conv}/pad`,
        `warning audit-unwanted-node ${conv}/pad`,
      ]);
      expect(build.audit.blocks.filter(({ state }) => state === 'unfused')).toMatchObject([
        { block: 'stage2/block1', add: `${conv}/add` },
      ]);
    });

    it('has to write what a second node reads: the audit names the value', async () => {
      const build = await buildWorse((model) => {
        model.addAfter(conv, { name: 'second', opType: 'GlobalAveragePool' });
        model.addOutput('second', ['N', 128, 1, 1]);
      });
      expect(build.audit.verdict).toBe('fail');
      expect(complaints(build)).toContain(`error audit-residual-unfused ${conv}`);
      expect(complaints(build)).toContain(`warning audit-second-reader ${conv}`);
      expect(build.audit.findings[0]?.diagnostic.message).toContain('is read by second too');
    });
  },
);
