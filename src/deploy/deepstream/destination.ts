import { join } from 'node:path';
import { shellText } from '../../../engines/command-text.ts';
import { append } from '../../collections/append.ts';
import type { Manifest } from '../../compile/manifest.ts';
import { rebuildBeside } from '../../compile/rebuild-command.ts';
import { requireClassOutput } from '../../compile/require-classes.ts';
import { createDiagnostic, type Diagnostic, fail } from '../../diagnostics/diagnostic.ts';
import { readLabels } from '../../images/labels.ts';
import { modelFile } from '../artifact-parts.ts';
import type { DeployArtifact, DeployedFile, Deployment, DeployRequest } from '../destination.ts';
import { oneArtifact } from '../one-artifact.ts';
import { hasNetworkMode, printConfig } from './config.ts';

const configFile = 'config_infer_primary.txt';
const labelsFile = 'labels.txt';

const wantedForms = {
  '--input-type': 'float32-pixels',
  '--output-type': 'probabilities',
} as const;

/** Throws DiagnosticError where nvinfer cannot give what the model reads, or make of its answer what it wants. */
function requireForm({ directory, manifest }: DeployArtifact): void {
  requireClassOutput(manifest, 'A classifier of DeepStream');
  const { model, precision, form } = manifest;
  if (!hasNetworkMode(precision)) fail('deepstream-precision', { model, precision });
  const { input, output = 'logits' } = form;
  if (input === 'float32-pixels' && output === 'probabilities') return;
  const compile = rebuildBeside(manifest, directory, 'deepstream', { set: wantedForms });
  fail('deepstream-form', { model, input, output, compile });
}

/** nvinfer reads the classes of an attribute as one line, parted by semicolons. */
async function labelLine(
  { directory, manifest }: DeployArtifact,
  notes: Diagnostic[],
): Promise<DeployedFile[]> {
  const { labels, model } = manifest;
  if (!labels) return [];
  const { names } = await readLabels(join(directory, labels.file), labels.count);
  const changed = names.filter((name) => name.includes(';')).length;
  if (changed > 0) append(notes, [createDiagnostic('deepstream-labels', { model, changed })]);
  const line = names.map((name) => name.replaceAll(';', ',')).join(';');
  return [{ path: labelsFile, text: `${line}\n` }];
}

function resizeNote({ model, preprocessing }: Manifest): Diagnostic {
  const { resize, crop } = preprocessing;
  const steps = [
    ...(resize ? [`${resize.interpolation} resize of the short side to ${resize.shortSide}`] : []),
    ...(crop ? [`crop of ${crop.width}x${crop.height}`] : []),
  ];
  return createDiagnostic('deepstream-resize', { model, steps });
}

/** A configuration for Gst-nvinfer as primary classifier, with the model and labels that it names. */
export async function planDeepStream(request: DeployRequest): Promise<Deployment> {
  const artifact = oneArtifact(request);
  requireForm(artifact);
  const notes: Diagnostic[] = [resizeNote(artifact.manifest)];
  const labels = await labelLine(artifact, notes);
  const text = printConfig(artifact.manifest, {
    maxBatch: request.maxBatch,
    labelsFile: labels.length > 0 ? labelsFile : undefined,
  });
  const config = join(request.output, configFile);
  const next = [`gst-launch-1.0 ... ! nvinfer ${shellText([`config-file-path=${config}`])} ! ...`];
  return { files: [modelFile(artifact), ...labels, { path: configFile, text }], next, notes };
}
