import * as z from 'zod';
import { fail } from '../diagnostics/diagnostic.ts';
import { readText } from '../io/open-file.ts';
import { readJsonAs } from '../io/outside-json.ts';
import { siteVersion } from './site-version.ts';

const line = z
  .string()
  .min(1)
  .regex(/^[^\n\r\0]+$/, 'expected one line of text');
/** What stands in an option of sbatch: no blank, no quote, no line end. */
const word = z
  .string()
  .regex(/^[\w.:,+*&|@%=()[\]/~!-]+$/, 'expected one word without blanks and quotes');

const device = z
  .string()
  .regex(/^[\w-]+$/, 'expected an index or a UUID as nvidia-smi -L shows it');
const devices = z
  .array(device)
  .min(1)
  .describe('GPUs by index or UUID, as CUDA_VISIBLE_DEVICES takes them: one task at once on each');

const host = z.strictObject({
  host: word
    .regex(/^[^-]/, 'a host does not begin with -')
    .describe('as ssh takes it: a name of ~/.ssh/config, or user@host'),
  devices: devices.optional(),
  directory: z
    .string()
    .regex(/^\/[\w./-]+$/, 'expected an absolute path of letters, digits and ./_-')
    .optional()
    .describe(
      'a folder of the host for kits and attempts; absent: it sees the farm at the same path',
    ),
});

const gpuClass = z.strictObject({
  partition: word.optional().describe("Slurm's partition; absent: the cluster's default"),
  gres: word.optional().describe('name of the GPU in gpu:NAME:1; absent: the name of the class'),
  account: word.optional(),
  qos: word.optional(),
  constraint: word.optional().describe('features of nodes, as --constraint takes them'),
  reservation: word.optional(),
  excludeNodes: z.array(word).optional().describe('nodes that are never taken'),
  memory: word.optional().describe('memory of a task, as --mem takes it, e.g. 16G'),
  cpus: z.int().positive().optional().describe('processors of a task'),
  clockMHz: z.int().positive().optional().describe('the clock that is fixed; absent: the highest'),
  setup: z
    .array(line)
    .optional()
    .describe('lines of sh before the kit, e.g. `module load tensorrt/10.4`'),
  devices: devices.optional().describe('for --on local: GPUs of this machine'),
  hosts: z.array(host).min(1).optional().describe('for --on ssh: the machines that have this GPU'),
});

const container = z.strictObject({
  runtime: z.enum(['none', 'apptainer', 'pyxis', 'docker']),
  image: line
    .optional()
    .describe('what the runtime takes: a .sif, a .sqsh, or a name of a registry'),
  arguments: z.array(word).default([]).describe('further arguments of the runtime'),
});

const limits = z.strictObject({
  minutes: z
    .int()
    .positive()
    .max(525_600)
    .default(240)
    .describe('most minutes that a task is given'),
  jobs: z.int().positive().default(16).describe('most tasks of one GPU class at once'),
});

/** One file a lab: where which GPU is, and how a task comes to it. */
export const siteSchema = z.strictObject({
  $schema: z.string().optional().describe('where an editor finds this schema'),
  schemaVersion: z.literal(siteVersion),
  gpus: z
    .record(z.string().regex(/^[\w.-]+$/, 'expected letters, digits and _.-'), gpuClass)
    .describe('GPU classes by the name that --gpu takes'),
  container: container.default({ runtime: 'none', arguments: [] }),
  clocks: z
    .enum(['auto', 'slurm', 'none'])
    .default('auto')
    .describe(
      'who fixes the clocks: the kit with nvidia-smi -lgc where it may, Slurm with --gpu-freq, or nobody',
    ),
  limits: limits.default({ minutes: 240, jobs: 16 }),
});

export type Site = z.output<typeof siteSchema>;
export type SiteGpu = z.output<typeof gpuClass>;
export type SiteHost = z.output<typeof host>;

/** Reads site.json. Throws DiagnosticError `site-invalid`, or as `readText`. */
export async function readSite(path: string): Promise<Site> {
  const read = readJsonAs(siteSchema, await readText(path, 'site file'));
  return read.problem ? fail('site-invalid', { path, ...read.problem }) : read.value;
}
