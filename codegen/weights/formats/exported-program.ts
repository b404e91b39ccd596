import { type Refusal, refusal } from '../../../src/diagnostics/refusal.ts';
import type { DataType } from '../../ir/types.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import { fieldsOf, parseJson } from './json-fields.ts';
import { tensorSource } from './torch-tensors.ts';
import type { ZipEntry } from './zip-archive.ts';

type Entries = ReadonlyMap<string, ZipEntry>;

/** What torch.export.save of torch 2.8 and later writes beside the program: for each name the file with its numbers. */
const configPath = /^(.*\/)?data\/weights\/[^/]+_weights_config\.json$/;

/** The state dict inside the archives of torch 2.1 to 2.7, a file of torch.save. */
const nestedPath = /^(.*\/)?serialized_state_dict\.pt$/;

const programPaths = [
  configPath,
  nestedPath,
  /^(.*\/)?archive_format$/,
  /^(.*\/)?serialized_exported_program\.json$/,
];

/** ResNet-200's has 400 kB. */
const maxConfigBytes = 16_777_216;

/** torch._export.serde.schema.ScalarType. */
const types: readonly (DataType | undefined)[] = [
  undefined,
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'float32',
  'float64',
  undefined,
  undefined,
  undefined,
  'bool',
  'bfloat16',
];

const unreadable: Refusal<'weights-exported-program'> = refusal('weights-exported-program');

/** Whether a zip is one that torch.export.save writes. */
export function isExportedProgram(entries: Entries): boolean {
  return [...entries.keys()].some((path) => programPaths.some((known) => known.test(path)));
}

function find(entries: Entries, wanted: RegExp): ZipEntry | undefined {
  return [...entries.values()].find(({ path }) => wanted.test(path));
}

/** The archive of torch.save that an older program has its state dict in. */
export function nestedStateDict(entries: Entries): ZipEntry | undefined {
  return find(entries, nestedPath);
}

/** Sizes are written as `{"as_int": 3}`. */
function integerOf(value: unknown): number {
  const { as_int: integer } = fieldsOf(value);
  return typeof integer === 'number' && Number.isSafeInteger(integer) ? integer : -1;
}

function integersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.map(integerOf) : [];
}

interface Place {
  readonly file: string;
  readonly folder: string;
  readonly entries: Entries;
}

function tensorOf({ file, folder, entries }: Place, tensor: string, value: unknown): TensorSource {
  const { path_name: pathName, use_pickle: isPickled, tensor_meta: meta } = fieldsOf(value);
  const { dtype, sizes, strides, storage_offset: offset } = fieldsOf(meta);
  if (isPickled === true) return unreadable({ file }, `'${tensor}' is an object of Python`);
  const data = entries.get(`${folder}${String(pathName)}`);
  if (!data) return unreadable({ file }, `the numbers of '${tensor}' are not there`);
  data.assertStored();
  const elementType = types[Number(dtype)] ?? `ScalarType ${String(dtype)}`;
  return tensorSource(
    { file, byteOrder: 'little', find: () => data },
    {
      kind: 'tensor',
      storage: { kind: 'storage', key: data.path, elementType, size: data.sizeBytes },
      elementType,
      shape: integersOf(sizes),
      strides: integersOf(strides),
      offset: integerOf(offset),
    },
    { file, tensor },
  );
}

/** `.pt2`: the tensors of torch.export's program by name; nothing of the program is read. DiagnosticError where it keeps them in another way. */
export async function openExportedProgram(file: string, entries: Entries): Promise<WeightsFile> {
  const config = find(entries, configPath);
  if (!config) return unreadable({ file }, 'it has no list of weights');
  if (config.sizeBytes > maxConfigBytes) {
    return unreadable({ file }, `a list of ${config.sizeBytes} bytes`);
  }
  const bytes = await config.read(0, config.sizeBytes);
  const { config: listed } = fieldsOf(parseJson(bytes));
  const folder = config.path.slice(0, config.path.lastIndexOf('/') + 1);
  const tensors = new Map(
    Object.entries(fieldsOf(listed)).map(([name, value]) => [
      name,
      tensorOf({ file, folder, entries }, name, value),
    ]),
  );
  if (tensors.size === 0) return unreadable({ file }, 'its list of weights names none');
  return { name: file, format: 'torch-export', tensors, notes: [] };
}
