import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

export const farmMessages = {
  'site-invalid': row<{ path: string; place: string; reason: string }>({
    severity: 'error',
    message: ({ path, place, reason }) =>
      `'${path}' does not describe a site: ${place ? `${place}: ` : ''}${reason}.`,
    hint: () => 'Its form is docs/site.schema.json; docs/fleet.md shows one.',
    cause: 'site.json has an entry that rcc does not know, or lacks one that it needs.',
    example: '{ "schemaVersion": 1, "gpus": { "t4": { "partition": "gpu" } } }',
    cure: 'Correct the entry that the message names; `rcc doctor --site FILE` checks the rest against the cluster.',
  }),
  'site-gpu-unknown': row<{ gpu: string; known: readonly string[]; nearest: string | undefined }>({
    severity: 'error',
    message: ({ gpu }) => `The site has no GPU class '${gpu}'.`,
    hint: ({ known, nearest }) =>
      `${nearest ? `Did you mean '${nearest}'? ` : ''}Known: ${listText(known) || 'none'}.`,
    cause: 'A cell is to be measured on a GPU for which site.json says no partition or host.',
    cure: 'Add the class under `gpus` of site.json, or plan for one that is there.',
  }),
  'site-no-hosts': row<{ gpu: string }>({
    severity: 'error',
    message: ({ gpu }) => `The site names no host with a ${gpu} for ssh.`,
    cause: '--on ssh takes the machines from `hosts` of the GPU class.',
    example: '"t4": { "hosts": [{ "host": "lab-7", "devices": ["0"] }] }',
    cure: 'Name them in site.json, or take --on slurm or --on local.',
  }),
  'scheduler-missing': row<{ program: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ program }) => `There is no ${program} on PATH: nothing was submitted or asked.`,
    cause: 'rcc farm speaks to the scheduler through its own programs.',
    cure: 'Run it on a login node of the cluster (its programs may need `module load slurm`), or take --on local or --on ssh.',
  }),
  'scheduler-silent': row<{ program: string; reason: string }>({
    severity: 'warning',
    message: ({ program, reason }) =>
      `${program} gave no answer (${reason}): whether tasks wait or run is unknown. Nothing is lost.`,
    hint: () => 'Run the command again when the scheduler answers.',
    cause:
      'The controller, the host or the network between is down. What runs goes on, and results are files.',
    cure: 'Run the command again later: tasks that wait or run are found by their name and are not submitted twice.',
  }),
  'submit-refused': row<{ program: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ program, reason }) =>
      `${program} took no further tasks (${reason}); those before are submitted.`,
    hint: () => '`rcc doctor --site FILE` checks the site against the cluster.',
    cause:
      'The lines below are its own: a limit of jobs, an account, a partition, or a controller that is down.',
    cure: 'Do what its lines ask for and run again: what is submitted is not submitted twice.',
  }),
  'nodes-not-excluded': row<{ gpu: string; nodes: readonly string[] }>({
    severity: 'note',
    message: ({ gpu, nodes }) =>
      `${gpu}: no node is left without ${listText(nodes)}, where cells were lost twice; they go there again.`,
    cause: 'rcc farm run keeps a cell from nodes that have lost it twice, where there are others.',
    cure: 'Look at the node: `scontrol show node NODE`, and the logs in logs/ of the farm.',
  }),
  'farm-other-host': row<{ host: string; here: string }>({
    severity: 'warning',
    message: ({ host, here }) =>
      `Tasks of --on local run on ${host}; from ${here} nobody can tell whether they still do.`,
    cause: 'Processes are seen on their own machine only.',
    cure: 'Run the command on that machine. Results are seen from everywhere.',
  }),
  'site-partition-unknown': row<{
    gpu: string;
    partition: string;
    known: readonly string[];
    nearest: string | undefined;
  }>({
    severity: 'error',
    message: ({ gpu, partition }) => `${gpu}: the cluster has no partition '${partition}'.`,
    hint: ({ known, nearest }) =>
      `${nearest ? `Did you mean '${nearest}'? ` : ''}sinfo lists ${listText(known) || 'none'}.`,
    cause: 'site.json names a partition that sinfo does not list.',
    cure: 'Take a partition that sinfo lists.',
  }),
  'site-partition-down': row<{ gpu: string; partition: string; state: string }>({
    severity: 'warning',
    message: ({ gpu, partition, state }) =>
      `${gpu}: partition '${partition}' is ${state}: tasks wait there until it is up.`,
    cause: 'An administrator has closed the partition.',
    cure: 'Wait, or take another partition.',
  }),
  'site-gres-unknown': row<{
    gpu: string;
    gres: string;
    partition: string;
    known: readonly string[];
    nearest: string | undefined;
  }>({
    severity: 'error',
    message: ({ gpu, gres, partition }) =>
      `${gpu}: no node of partition '${partition}' has gpu:${gres}.`,
    hint: ({ known, nearest }) =>
      `${nearest ? `Did you mean '${nearest}'? ` : ''}Its nodes have ${listText(known) || 'no GPU'}.`,
    cause: 'sbatch would refuse the task, or it would wait for ever.',
    cure: "Set `gres` of the class to the name that sinfo -o '%P %G' shows, or take another partition.",
  }),
  'site-constraint-unknown': row<{ gpu: string; feature: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ gpu, feature }) => `${gpu}: no node of the partition has the feature '${feature}'.`,
    hint: ({ known }) => `Its nodes have ${listText(known) || 'no features'}.`,
    cause: '`constraint` asks for a feature that sinfo does not show there.',
    cure: "Take a feature that sinfo -o '%P %f' shows, or leave `constraint` out.",
  }),
  'site-limit-too-long': row<{ gpu: string; minutes: number; partition: string; most: string }>({
    severity: 'error',
    message: ({ gpu, minutes, partition, most }) =>
      `${gpu}: tasks may be given ${minutes} minutes, partition '${partition}' allows ${most}.`,
    cause: 'A task that asks for more than its partition allows waits for ever.',
    cure: 'Lower `limits.minutes` to what the partition allows, or take another partition.',
  }),
  'site-node-unknown': row<{ gpu: string; node: string }>({
    severity: 'error',
    message: ({ gpu, node }) => `${gpu}: the cluster has no node '${node}' to exclude.`,
    cause: 'sbatch refuses a task that excludes a node it does not know.',
    cure: 'Correct the name under `excludeNodes`; sinfo -N lists the nodes.',
  }),
  'site-refused': row<{ gpu: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ gpu, reason }) => `${gpu}: sbatch would refuse a task: ${reason}.`,
    cause: 'sbatch --test-only was asked with the options of the class and submitted nothing.',
    cure: 'Correct partition, account, qos, reservation, memory or cpus of the class.',
  }),
  'site-container-missing': row<{ runtime: string; what: string }>({
    severity: 'warning',
    message: ({ runtime, what }) => `Container runtime ${runtime}: ${what}.`,
    cause: 'site.json asks for a container that cannot be seen from this machine.',
    cure: 'Install the runtime, correct `container.image`, or ignore this where only the nodes have it.',
  }),
  'site-host-silent': row<{ gpu: string; host: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ gpu, host, reason }) => `${gpu}: ssh does not reach '${host}': ${reason}.`,
    cause: 'The host is down, its name is wrong, or ssh would ask for a password.',
    cure: 'Make `ssh -o BatchMode=yes HOST true` work: a key without a question, a host key that is known.',
  }),
} as const;
