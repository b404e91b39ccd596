import { join } from 'node:path';
import type { ServeRequest, Serving } from '../../engines/serving.ts';
import { artifactFiles } from '../compile/artifact-files.ts';
import type { Manifest } from '../compile/manifest.ts';
import { runsNodeByNode } from '../compile/model-engine.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { targets } from '../targets/targets.ts';
import type { DeployArtifact } from './destination.ts';

/** A tensor of the manifest, whose types come from outside. */
function tensorsOf(tensors: Manifest['onnx']['inputs']): ServeRequest['inputs'] {
  return tensors as ServeRequest['inputs'];
}

/** The model itself as a file that a server may load. */
function modelOf({ onnx }: Manifest): ServeRequest['model'] {
  const batch = onnx.inputs[0]?.shape[0];
  const batches =
    typeof batch === 'number' ? { min: batch, opt: batch, max: batch } : ('any' as const);
  const { digest: sha256, sizeBytes } = onnx;
  return { file: artifactFiles.model, sizeBytes, sha256, batches };
}

/** What an artifact's target says of serving it. Throws DiagnosticError where no server loads its engines. */
export async function serveArtifact({ directory, manifest }: DeployArtifact): Promise<Serving> {
  const { target: name, precision, onnx, engines, form, facts } = manifest;
  const target = targets.find((one) => one.name === name);
  if (!target?.serve) return fail('deploy-target-unserved', { directory, target: name });
  return await target.serve({
    precision,
    model: modelOf(manifest),
    inputs: tensorsOf(onnx.inputs),
    outputs: tensorsOf(onnx.outputs),
    engines,
    runsNodeByNode: runsNodeByNode(form),
    facts,
    path: join(directory, artifactFiles.manifest),
  });
}
