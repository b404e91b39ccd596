import { ownValue } from '../../collections/own-value.ts';
import type { Batch } from '../batches.ts';
import { kitCommand, setupLines } from '../kit-command.ts';
import type { SchedulerRequest } from '../scheduler.ts';
import type { Site, SiteGpu } from '../site.ts';

/** What decides an sbatch file beside the batch. */
export type SbatchSettings = Pick<
  SchedulerRequest,
  'farm' | 'site' | 'jobs' | 'exclusiveNode' | 'deadlineHours'
>;

/** Folders of the farm that a batch needs. */
export const batchFolder = 'batches';
export const logFolder = 'logs';

export const tasksFile = (batch: string): string => `${batchFolder}/${batch}.tasks`;
export const sbatchFile = (batch: string): string => `${batchFolder}/${batch}.sbatch`;
export const jobName = (farm: string, batch = ''): string => `rcc:${farm}:${batch}`;

/** A value of a #SBATCH line, where double quotes hold a word together. */
function quoted(value: string): string {
  return /^[\w./:@+,=%-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

type Option = readonly [name: string, value: string | number | boolean | undefined];

function classOptions(gpu: string, given: SiteGpu): readonly Option[] {
  return [
    ['partition', given.partition],
    ['gres', `gpu:${given.gres ?? gpu}:1`],
    ['account', given.account],
    ['qos', given.qos],
    ['constraint', given.constraint],
    ['reservation', given.reservation],
    ['cpus-per-task', given.cpus],
    ['mem', given.memory],
  ];
}

/** A minute more than the kit has, in which it can end in its own way. */
function slurmMinutes(minutes: number, { limits }: Site): number {
  return Math.min(minutes + 1, Math.max(limits.minutes, minutes));
}

function optionsOf(batch: Batch, given: SiteGpu, settings: SbatchSettings): readonly Option[] {
  const { farm, site, jobs = site.limits.jobs, exclusiveNode, deadlineHours } = settings;
  const exclude = [...(given.excludeNodes ?? []), ...batch.excludeNodes];
  return [
    ['job-name', jobName(farm.name, batch.name)],
    ['array', `0-${batch.keys.length - 1}%${jobs}`],
    ['chdir', farm.directory],
    ['output', `${logFolder}/%A_%a.log`],
    ['open-mode', 'append'],
    ['requeue', true],
    ['signal', 'B:TERM@60'],
    ['time', slurmMinutes(batch.minutes, site)],
    ['deadline', deadlineHours === undefined ? undefined : `now+${deadlineHours}hours`],
    ['nodes', 1],
    ['ntasks', 1],
    ...classOptions(batch.gpu, given),
    ['exclusive', exclusiveNode],
    ['exclude', exclude.join(',') || undefined],
    ['gpu-freq', site.clocks === 'slurm' ? (given.clockMHz ?? 'high') : undefined],
  ];
}

function optionLine([name, value]: Option): readonly string[] {
  if (value === undefined || value === false) return [];
  return [`#SBATCH --${name}${value === true ? '' : `=${quoted(String(value))}`}`];
}

/** What each task of the array does: one attempt of the cell of its line, in a folder that no other attempt has. */
function body(batch: Batch, given: SiteGpu, site: Site): readonly string[] {
  return [
    `key=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${tasksFile(batch.name)})`,
    '[ -n "$key" ] || exit 66',
    '# A requeued task counts on: what it left before stays.',
    `task=\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID.\${SLURM_RESTART_COUNT:-0}`,
    'attempt=$PWD/attempts/$key/$task',
    '# The kit makes the folder itself, and refuses one that is there.',
    'mkdir -p "attempts/$key" || exit 73',
    ...setupLines(site, given),
    '# In place of this shell: the signal before the limit reaches the kit.',
    `exec ${kitCommand(site, batch.image)}`,
  ];
}

/** The file for sbatch: one array, one task a line of the batch's list. Reads no clock and no machine. */
export function sbatchText(batch: Batch, settings: SbatchSettings): string {
  const { farm, site } = settings;
  const given = ownValue(site.gpus, batch.gpu) ?? {};
  const count = batch.keys.length;
  return [
    '#!/bin/sh',
    `# ${count} ${count === 1 ? 'cell' : 'cells'} of ${farm.name} on ${batch.gpu}, written by rcc farm run.`,
    ...optionsOf(batch, given, settings).flatMap(optionLine),
    '',
    ...body(batch, given, site),
    '',
  ].join('\n');
}
