import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { type Refusal, refusal } from '../../../src/diagnostics/refusal.ts';
import { readRange } from '../../tensors/byte-range.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import { fieldsOf, parseJson } from './json-fields.ts';

/** A file beside another by its name; undefined where there is none. */
export type OpenBeside = (name: string) => ByteSource | undefined;

/** ResNet-200's would have 120 kB. */
const maxIndexBytes = 16_777_216;

/** No network of these has as many. */
const maxShards = 1000;

const malformed: Refusal<'weights-index-malformed'> = refusal('weights-index-malformed');

/** Tensor names to files, as an index has them; undefined for JSON that is no index. */
type WeightMap = ReadonlyMap<string, string>;

/** A file in the index's own folder. */
function isPlainName(name: string): boolean {
  return !/[/\\:]/.test(name) && !name.includes('\0') && !['', '.', '..'].includes(name);
}

/** What an index of shards maps; undefined for other JSON. */
export async function readWeightMap(source: ByteSource): Promise<WeightMap | undefined> {
  if (source.sizeBytes > maxIndexBytes) return undefined;
  const { weight_map: map } = fieldsOf(parseJson(await readRange(source, 0, source.sizeBytes)));
  if (map === undefined) return undefined;
  const { name: file } = source;
  const entries = Object.entries(fieldsOf(map));
  if (entries.length === 0) malformed({ file }, 'it names no tensor');
  return new Map(
    entries.map(([tensor, shard]) => [
      tensor,
      typeof shard === 'string' && isPlainName(shard)
        ? shard
        : malformed({ file }, `the file of '${tensor}' is no name of a file beside it`),
    ]),
  );
}

function openShards(index: string, names: readonly string[], beside: OpenBeside): ByteSource[] {
  if (names.length > maxShards) malformed({ file: index }, `${names.length} shards`);
  const found = names.map((name) => ({ name, source: beside(name) }));
  const shards = found.filter(({ source }) => source === undefined).map(({ name }) => name);
  if (shards.length > 0) {
    fail('weights-shards-missing', { file: index, shards, count: names.length });
  }
  return found.flatMap(({ source }) => source ?? []);
}

/** The tensors that the index finds in one shard, in the shard's order. */
function tensorsOf(
  index: string,
  shard: WeightsFile,
  wanted: ReadonlySet<string>,
): (readonly [string, TensorSource])[] {
  const tensors = [...wanted].filter((name) => !shard.tensors.has(name));
  if (tensors.length > 0) {
    fail('weights-shard-incomplete', { file: index, shard: shard.name, tensors });
  }
  return [...shard.tensors].filter(([name]) => wanted.has(name));
}

/** A model in several files as one: every tensor from the shard in which the index says it is. DiagnosticError where one is missing. */
export async function openShardedWeights(
  { name: file }: ByteSource,
  map: WeightMap,
  beside: OpenBeside,
  open: (shard: ByteSource) => Promise<WeightsFile>,
): Promise<WeightsFile> {
  const names = [...new Set(map.values())].toSorted();
  const tensors = new Map<string, TensorSource>();
  const files: WeightsFile[] = [];
  for (const [at, source] of openShards(file, names, beside).entries()) {
    const shard = await open(source);
    files.push(shard);
    const wanted = [...map].filter(([, name]) => name === names[at]).map(([tensor]) => tensor);
    for (const [name, tensor] of tensorsOf(file, shard, new Set(wanted))) tensors.set(name, tensor);
  }
  const notes = [...new Set(files.flatMap((one) => one.notes))];
  const { format } = files[0] ?? malformed({ file }, 'it names no file');
  return { name: file, format, tensors, notes: [`Read from ${names.length} files.`, ...notes] };
}
