import type { Serving } from '../../../engines/serving.ts';
import type { Manifest } from '../../compile/manifest.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { DeployArtifact, DeployRequest } from '../destination.ts';
import { serveArtifact } from '../serve-artifact.ts';

/** An artifact with what its target says of serving it. */
export interface ServedArtifact extends DeployArtifact {
  readonly serving: Serving;
}

/** What becomes one model: a network in a precision, an artifact a kind of GPU. */
export interface ModelGroup {
  readonly name: string;
  readonly artifacts: readonly [ServedArtifact, ...ServedArtifact[]];
}

const namePattern = /^[A-Za-z0-9_][\w.-]*$/;

function defaultName({ model, precision }: Manifest): string {
  return `${model}_${precision}`.replaceAll(/[^\w.-]/g, '_');
}

/** What artifacts of one model have to have in common, in words. */
const common: readonly (readonly [what: string, of: (one: ServedArtifact) => unknown])[] = [
  ['spec', ({ manifest }) => manifest.spec.digest],
  ['weights', ({ manifest: { weights } }) => ('digest' in weights ? weights.digest : weights.seed)],
  ['labels', ({ manifest }) => manifest.labels?.digest],
  ['preprocessing', ({ manifest }) => manifest.preprocessing],
  ['inputs and outputs', ({ serving: { inputs, outputs } }) => [inputs, outputs]],
  ['backend', ({ serving }) => serving.backend],
  ['release', ({ serving }) => serving.release],
];

function requireLike(first: ServedArtifact, other: ServedArtifact): void {
  const isLike = (of: (one: ServedArtifact) => unknown) =>
    JSON.stringify(of(first)) === JSON.stringify(of(other));
  const different = common.find(([, of]) => !isLike(of));
  if (!different) return;
  const { directory } = other;
  fail('deploy-other-model', { directory, first: first.directory, what: different[0] });
}

function requireOtherGpu(earlier: readonly ServedArtifact[], other: ServedArtifact): void {
  const capability = ({ serving }: ServedArtifact) => serving.computeCapability;
  const same = earlier.find(
    (one) => capability(one) === undefined || capability(one) === capability(other),
  );
  if (!same && capability(other) !== undefined) return;
  const first = (same ?? earlier[0])?.directory ?? '';
  const computeCapability = capability(other);
  fail('deploy-same-gpu', {
    directory: other.directory,
    first,
    computeCapability:
      computeCapability === undefined ? 'any processor' : `compute capability ${computeCapability}`,
  });
}

function join(group: ModelGroup, artifact: ServedArtifact): ModelGroup {
  const { artifacts } = group;
  requireLike(artifacts[0], artifact);
  requireOtherGpu(artifacts, artifact);
  return { ...group, artifacts: [...artifacts, artifact] };
}

/** Artifacts as models, in their order. Throws DiagnosticError where those of one model do not go together, or a name is none. */
export async function groupArtifacts({
  artifacts,
  name: given,
}: DeployRequest): Promise<readonly ModelGroup[]> {
  const groups = new Map<string, ModelGroup>();
  for (const artifact of artifacts) {
    const served = { ...artifact, serving: await serveArtifact(artifact) };
    const key = defaultName(artifact.manifest);
    const group = groups.get(key);
    groups.set(key, group ? join(group, served) : { name: given ?? key, artifacts: [served] });
  }
  if (given !== undefined && groups.size > 1)
    fail('deploy-one-name', { name: given, count: groups.size });
  for (const { name } of groups.values())
    if (!namePattern.test(name)) fail('deploy-name', { name });
  return [...groups.values()];
}
