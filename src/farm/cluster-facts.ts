import { type Answer, type Asking, askPatiently } from './schedulers/ask.ts';

/** Nodes of one partition that are alike, as sinfo lists them. */
export interface PartitionPart {
  readonly partition: string;
  readonly isDefault: boolean;
  /** `up`, `down`, `drain`, `inact`. */
  readonly state: string;
  /** In minutes; Infinity where there is none. */
  readonly mostMinutes: number;
  readonly limit: string;
  /** Types of GPU: the `t4` of `gpu:t4:2`. */
  readonly gpus: readonly string[];
  readonly features: readonly string[];
  readonly node: string;
}

const format = '%P|%a|%l|%G|%f|%N';

/** `infinite`, `30:00`, `2:00:00`, `1-00:00:00`. */
function minutesOf(limit: string): number {
  const [, days = 0, clock = ''] = /^(?:(\d+)-)?([\d:]+)$/.exec(limit) ?? [];
  if (clock === '') return Number.POSITIVE_INFINITY;
  const seconds = clock.split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
  return Number(days) * 24 * 60 + seconds / 60;
}

function words(text: string): readonly string[] {
  return text.split(',').filter((word) => word !== '' && word !== '(null)');
}

/** The type in `gpu:t4:2(S:0-1)`; a GPU without a type is `gpu`. */
function gpuOf(gres: string): readonly string[] {
  const [, type] = /^gpu:(?:([^:(]+):)?\d+/.exec(gres) ?? [];
  return gres.startsWith('gpu:') ? [type ?? 'gpu'] : [];
}

function partOf(line: string): PartitionPart {
  const [name = '', state = '', limit = '', gres = '', features = '', node = ''] = line.split('|');
  return {
    partition: name.replace(/\*$/, ''),
    isDefault: name.endsWith('*'),
    state,
    limit,
    mostMinutes: minutesOf(limit),
    // Sockets stand in brackets, with commas between them.
    gpus: words(gres.replaceAll(/\([^)]*\)/g, '')).flatMap(gpuOf),
    features: words(features),
    node,
  };
}

export interface ClusterFacts {
  readonly answer: Answer;
  readonly parts: readonly PartitionPart[];
}

/** Partitions of the cluster, a row a node. */
export async function readCluster(asking: Asking): Promise<ClusterFacts> {
  const answer = await askPatiently(['sinfo', '-h', '-N', '-o', format], asking);
  return { answer, parts: answer.lines.map(partOf) };
}
