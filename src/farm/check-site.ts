import { dirname } from 'node:path';
import { endingText } from '../../engines/process.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { findNearest } from '../diagnostics/nearest.ts';
import { batchesOf } from './batches.ts';
import { checkContainer } from './check-container.ts';
import { type ClusterFacts, type PartitionPart, readCluster } from './cluster-facts.ts';
import { type Asking, ask, noAnswer } from './schedulers/ask.ts';
import { sbatchText } from './schedulers/sbatch-text.ts';
import { runBySsh } from './schedulers/ssh.ts';
import { readSite, type Site, type SiteGpu } from './site.ts';

type Named = readonly [gpu: string, given: SiteGpu];

const unique = (list: readonly string[]): readonly string[] => [...new Set(list)].toSorted();

/** Nodes that a class asks for; a class without a partition asks the default one. */
function partsFor({ partition }: SiteGpu, parts: readonly PartitionPart[]) {
  return parts.filter((part) => (partition ? part.partition === partition : part.isDefault));
}

function checkGres([gpu, given]: Named, parts: readonly PartitionPart[]): readonly Diagnostic[] {
  const gres = given.gres ?? gpu;
  const known = unique(parts.flatMap((part) => part.gpus));
  if (known.includes(gres)) return [];
  const partition = parts[0]?.partition ?? '';
  const nearest = findNearest(gres, known);
  return [createDiagnostic('site-gres-unknown', { gpu, gres, partition, known, nearest })];
}

/** Features under any of the signs that --constraint knows; a count (`*2`) is none. */
function featuresIn(constraint = ''): readonly string[] {
  return (constraint.match(/[\w.:-]+(?:\*\d+)?/g) ?? []).map((word) => word.replace(/\*\d+$/, ''));
}

function checkFeatures(
  [gpu, { constraint }]: Named,
  parts: readonly PartitionPart[],
): readonly Diagnostic[] {
  const known = unique(parts.flatMap(({ features }) => features));
  return featuresIn(constraint)
    .filter((feature) => !known.includes(feature))
    .map((feature) => createDiagnostic('site-constraint-unknown', { gpu, feature, known }));
}

function checkPartition(
  [gpu]: Named,
  [part]: readonly PartitionPart[],
  { limits: { minutes } }: Site,
): readonly Diagnostic[] {
  if (!part) return [];
  const { partition, state, mostMinutes, limit } = part;
  const tooLong = { gpu, minutes, partition, most: limit };
  return [
    ...(state === 'up' ? [] : [createDiagnostic('site-partition-down', { gpu, partition, state })]),
    ...(minutes > mostMinutes ? [createDiagnostic('site-limit-too-long', tooLong)] : []),
  ];
}

function checkNodes(
  [gpu, { excludeNodes = [] }]: Named,
  parts: readonly PartitionPart[],
): readonly Diagnostic[] {
  const known = new Set(parts.map(({ node }) => node));
  return excludeNodes
    .filter((node) => !node.includes('[') && !known.has(node))
    .map((node) => createDiagnostic('site-node-unknown', { gpu, node }));
}

/** What sbatch itself says to the options of a class, where nothing else was wrong: account, qos, memory. Submits nothing. */
async function trySbatch([gpu]: Named, site: Site, path: string, asking: Asking) {
  const task = { key: 'probe', gpu, limitMinutes: site.limits.minutes };
  const farm = { directory: dirname(path), name: 'probe' };
  for (const batch of batchesOf([task], { tasks: 1, minutes: site.limits.minutes })) {
    const input = sbatchText(batch, { farm, site });
    const { ok, result } = await ask(['sbatch', '--test-only'], asking, { input });
    if (ok) continue;
    const reason = result.tail.findLast((line) => line !== '') ?? endingText(result);
    const said = reason.replace(/^allocation failure: |^sbatch: error: /, '').replace(/\.$/, '');
    return [createDiagnostic('site-refused', { gpu, reason: said }, { details: result.tail })];
  }
  return [];
}

async function checkClass(
  named: Named,
  { parts }: ClusterFacts,
  { site, path, ...asking }: SiteCheck & { readonly site: Site },
): Promise<readonly Diagnostic[]> {
  const [gpu, given] = named;
  const own = partsFor(given, parts);
  if (own.length === 0) {
    const known = unique(parts.map(({ partition }) => partition));
    const { partition = '' } = given;
    const nearest = findNearest(partition, known);
    return [createDiagnostic('site-partition-unknown', { gpu, partition, known, nearest })];
  }
  const found = [
    ...checkPartition(named, own, site),
    ...checkGres(named, own),
    ...checkFeatures(named, own),
    ...checkNodes(named, parts),
  ];
  return found.length > 0 ? found : await trySbatch(named, site, path, asking);
}

async function checkHosts([gpu, { hosts = [] }]: Named, asking: SiteCheck) {
  const answers = hosts.map(async ({ host }) => {
    const { ok, result } = await runBySsh(host, 'exit 0\n', asking);
    if (ok) return [];
    const reason = result.tail.at(-1)?.replace(/\.$/, '') ?? endingText(result);
    return [createDiagnostic('site-host-silent', { gpu, host, reason })];
  });
  return (await Promise.all(answers)).flat();
}

export interface SiteCheck extends Asking {
  /** Of site.json. */
  readonly path: string;
}

export interface SiteReport {
  readonly site: Site;
  /** By GPU class, in the order of the file; what concerns all of them comes under `site`. */
  readonly findings: ReadonlyMap<string, readonly Diagnostic[]>;
}

const isOfSlurm = ({ hosts, devices, partition }: SiteGpu): boolean =>
  partition !== undefined || (!hosts && !devices);

/** Holds site.json against what sinfo and sbatch say, and its hosts against ssh. Submits nothing. Throws DiagnosticError where it cannot be read. */
export async function checkSite(check: SiteCheck): Promise<SiteReport> {
  const site = await readSite(check.path);
  const classes = Object.entries(site.gpus);
  const findings = new Map<string, readonly Diagnostic[]>();
  const onSlurm = classes.some(([, given]) => isOfSlurm(given));
  const cluster = onSlurm ? await readCluster(check) : undefined;
  const silent = cluster && !cluster.answer.ok ? [noAnswer(cluster.answer)] : [];
  findings.set('site', [...silent, ...(await checkContainer(site, check))]);
  for (const named of classes) {
    const [gpu, given] = named;
    const asked = cluster?.answer.ok && isOfSlurm(given);
    const found = asked ? await checkClass(named, cluster, { ...check, site }) : [];
    findings.set(gpu, [...found, ...(await checkHosts(named, check))]);
  }
  return { site, findings };
}
