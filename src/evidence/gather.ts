import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { WeightsFile } from '../../codegen/weights/weights-file.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { parseLabels } from '../images/labels.ts';
import { isFolder, readText } from '../io/open-file.ts';
import { shortcutInName, toldByName } from './architecture-names.ts';
import { type Evidence, known, type ReadEvidence } from './evidence.ts';
import { readTimmConfig } from './timm-config.ts';
import { readTransformersConfig } from './transformers-config.ts';
import { readTransformersProcessor } from './transformers-processor.ts';
import { readWeightsMetadata } from './weights-metadata.ts';

interface Kind {
  /** The names that such files have; `stem` is that of the weights. */
  readonly names: (stem: string, folder: readonly string[]) => readonly string[];
  /** A larger file is none: configurations have kilobytes, lists of labels a megabyte at most. */
  readonly mostBytes: number;
  readonly load: () => Promise<readonly ReadEvidence[]> | readonly ReadEvidence[];
}

const mib = 2 ** 20;

const readLabelsFile: ReadEvidence = (text) => {
  const labels = parseLabels(text);
  return labels.length > 0 ? { values: { classes: labels.length }, beyond: [], labels } : undefined;
};

function yamlNames(stem: string, folder: readonly string[]): readonly string[] {
  const all = folder.filter((name) => /\.ya?ml$/i.test(name));
  const own = all.filter((name) => stem.startsWith(name.replace(/\.ya?ml$/i, '')));
  if (own.length > 0) return own;
  const exported = all.filter((name) => /^inference\.ya?ml$/i.test(name));
  return exported.length > 0 || all.length > 1 ? exported : all;
}

/** Of each kind the first file that says something is taken. */
const kinds: readonly Kind[] = [
  {
    names: () => ['config.json'],
    mostBytes: 8 * mib,
    load: () => [readTimmConfig, readTransformersConfig],
  },
  {
    names: () => ['preprocessor_config.json'],
    mostBytes: 8 * mib,
    load: () => [readTransformersProcessor],
  },
  {
    names: yamlNames,
    // YAML is read a thousand times slower than JSON.
    mostBytes: mib / 4,
    load: async () => [(await import('./paddleclas-config.ts')).readPaddleClasConfig],
  },
  {
    names: (stem) => [`${stem}.labels.txt`, 'labels.txt', 'classes.txt', 'label_list.txt'],
    mostBytes: 8 * mib,
    load: () => [readLabelsFile],
  },
];

/** The text of a neighbour; undefined where it is none that can be read: nobody named it. */
async function readNeighbour(path: string, mostBytes: number): Promise<string | undefined> {
  try {
    return statSync(path).size > mostBytes ? undefined : await readText(path, 'configuration');
  } catch (error) {
    if (error instanceof DiagnosticError || (error as NodeJS.ErrnoException).code) return undefined;
    throw error;
  }
}

/** Where neighbours are looked for, and the channels of the network's input. */
interface Place {
  readonly stem: string;
  readonly channels: number;
  readonly folder: { readonly path: string; readonly names: readonly string[] };
}

async function readKind(
  { names, mostBytes, load }: Kind,
  { stem, channels, folder }: Place,
): Promise<readonly Evidence[]> {
  const there = names(stem, folder.names).filter((name) => folder.names.includes(name));
  for (const source of there) {
    const path = join(folder.path, source);
    const text = await readNeighbour(path, mostBytes);
    if (text === undefined) continue;
    for (const read of await load()) {
      const evidence = read(text, channels);
      if (!evidence) continue;
      const isList = read === readLabelsFile;
      return [{ kind: 'file', source, ...evidence, ...(isList ? { labelsFile: path } : {}) }];
    }
  }
  return [];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What of a network is known from its weights file. */
interface Network {
  readonly metadata?: WeightsFile['metadata'] | undefined;
  /** Of its input: neighbours tell sides without them. */
  readonly channels: number;
  readonly stages: number;
}

/** Evidence without what is told of another number of stages: names mean four. */
function ofStages(evidence: Evidence, stages: number): Evidence {
  const { strides, dilations, ...values } = evidence.values;
  const own = known({ strides, dilations });
  const fits = [strides, dilations].every((list) => (list?.length ?? stages) === stages);
  return { ...evidence, values: fits ? { ...values, ...own } : values };
}

/** What a weights file says of itself. */
function readMetadata(path: string, { metadata, channels }: Network): readonly Evidence[] {
  const evidence = metadata && readWeightsMetadata(metadata, channels);
  const source = `the metadata of ${basename(path)}`;
  return evidence ? [{ kind: 'metadata', source, ...evidence }] : [];
}

/** What the name of a weights file says. */
function readName(path: string): readonly Evidence[] {
  const name = basename(path);
  const { values, parts, beyond } = toldByName(name);
  const all = { ...known({ shortcut: shortcutInName(name) }), ...values };
  if (Object.keys(all).length + (parts?.length ?? 0) + beyond.length === 0) return [];
  return [{ kind: 'name', source: `the name of ${name}`, values: all, parts, beyond }];
}

/**
 * What lies beside a weights file, or in a folder of weights, and says of their network what they do not: configurations of timm, transformers
 * and PaddleClas, lists of labels, the file's own name, and its own `metadata`; the surest first. What cannot be read is as if it were not there.
 */
export async function gatherEvidence(
  weights: string,
  network: Network,
): Promise<readonly Evidence[]> {
  const path = isFolder(weights, 'weights file') ? weights : dirname(weights);
  const folder = { path, names: namesIn(path) };
  const stem = basename(weights).replace(/\.[^.]+$/, '');
  const place = { stem, channels: network.channels, folder };
  const found = await Promise.all(kinds.map((kind) => readKind(kind, place)));
  const all = [...readMetadata(weights, network), ...found.flat(), ...readName(weights)];
  return all.map((one) => ofStages(one, network.stages));
}
