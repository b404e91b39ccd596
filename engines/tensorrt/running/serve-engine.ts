import type { DataType } from '../../../codegen/ir/types.ts';
import { createDiagnostic, type Diagnostic, fail } from '../../../src/diagnostics/diagnostic.ts';
import { readFacts } from '../../read-facts.ts';
import type { ServedTensor, ServeRequest, Serving, ServingImage } from '../../serving.ts';
import { holdsRelease, imageOf, type TensorrtImage } from '../planning/images.ts';
import { releaseOrder } from '../planning/release-order.ts';
import { type TensorrtFacts, tensorrtFacts } from './facts.ts';

const dataTypes: ReadonlyMap<string, DataType> = new Map([
  ['fp32', 'float32'],
  ['fp16', 'float16'],
  ['bf16', 'bfloat16'],
  ['int8', 'int8'],
  ['uint8', 'uint8'],
  ['int32', 'int32'],
  ['int64', 'int64'],
]);

/** What an option of trtexec was given in any of the builds: all of them have the same. */
function argumentOf({ builds }: TensorrtFacts, option: string): string | undefined {
  const prefix = `${option}=`;
  const found = builds[0]?.arguments.find((one) => one.startsWith(prefix));
  return found?.slice(prefix.length);
}

/** Tensors as the engine has them: `fp16:chw` up to 10.16, `chw` from 11.0 on, where types are the graph's. */
function boundAs(
  tensors: readonly ServedTensor[],
  format: string | undefined,
  path: string,
): readonly ServedTensor[] {
  const parts = format?.split(':') ?? [];
  const layout = parts.at(-1) ?? 'chw';
  if (layout !== 'chw') fail('serve-io-layout', { path, layout });
  const dataType = dataTypes.get(parts.length > 1 ? (parts[0] ?? '') : '');
  return tensors.map((tensor) => (dataType ? { ...tensor, dataType } : tensor));
}

function because(image: TensorrtImage, order: number): string {
  const { tensorrt, isProven } = image;
  if (!holdsRelease(image, order)) return `holds TensorRT ${tensorrt}, the nearest that is known`;
  return `${isProven ? 'holds' : 'is expected to hold'} TensorRT ${tensorrt}`;
}

function imageFor({ tensorrt, computeCapability }: TensorrtFacts): ServingImage | undefined {
  const order = releaseOrder(tensorrt) ?? 0;
  const image = imageOf(order, computeCapability);
  return image && { tag: image.tag, because: because(image, order) };
}

function notesOf(facts: TensorrtFacts): readonly Diagnostic[] {
  const { tensorrt, versionCompatible } = facts;
  const order = releaseOrder(tensorrt) ?? 0;
  const image = imageOf(order, facts.computeCapability);
  const isKnown = image !== undefined && holdsRelease(image, order);
  return [
    ...(isKnown || versionCompatible
      ? []
      : [createDiagnostic('serve-image-unknown', { tensorrt, nearest: image?.tag })]),
    ...(versionCompatible ? [createDiagnostic('serve-version-compatible', { tensorrt })] : []),
  ];
}

/** Engines of TensorRT for Triton's backend of that name. Throws DiagnosticError where it cannot take them. */
export function serveTensorrt({ engines, inputs, outputs, facts, path }: ServeRequest): Serving {
  const known = readFacts(tensorrtFacts, facts, path);
  const { computeCapability, hardwareCompatibility, tensorrt, versionCompatible } = known;
  const isStripped = known.builds.some((build) => build.arguments.includes('--stripWeights'));
  if (isStripped) fail('serve-stripped', { path });
  const isOfOneGpu = hardwareCompatibility !== 'ampere+';
  return {
    backend: 'tensorrt',
    engines,
    inputs: boundAs(inputs, argumentOf(known, '--inputIOFormats'), path),
    outputs: boundAs(outputs, argumentOf(known, '--outputIOFormats'), path),
    ...(isOfOneGpu ? { computeCapability } : {}),
    release: `TensorRT ${tensorrt}`,
    image: imageFor(known),
    needsGpu: true,
    runsNodeByNode: false,
    rangeFlag: '--profile',
    serverOptions: versionCompatible ? ['--backend-config=tensorrt,version-compatible=true'] : [],
    notes: notesOf(known),
  };
}
