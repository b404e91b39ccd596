import type { Scheduler, SchedulerName, SchedulerRequest } from './scheduler.ts';

const openers: Readonly<Record<SchedulerName, (request: SchedulerRequest) => Promise<Scheduler>>> =
  {
    slurm: async (request) => (await import('./schedulers/slurm.ts')).slurmScheduler(request),
    ssh: async (request) => (await import('./schedulers/ssh.ts')).sshScheduler(request),
    local: async (request) => (await import('./schedulers/local.ts')).localScheduler(request),
  };

export const schedulerNames = Object.keys(openers) as readonly SchedulerName[];

/** The scheduler of this name. Nothing is asked or started before one of its functions is called. */
export function openScheduler(name: SchedulerName, request: SchedulerRequest): Promise<Scheduler> {
  return openers[name](request);
}
