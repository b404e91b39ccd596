import { ownValue } from '../../collections/own-value.ts';
import type { Scheduler, SchedulerRequest } from '../scheduler.ts';
import { ask } from './ask.ts';
import { detachedScheduler } from './detached.ts';
import { thisHost } from './queue-records.ts';

/** Processes of this machine, which stay when rcc ends. */
export function localScheduler(request: SchedulerRequest): Scheduler {
  const { site } = request;
  return detachedScheduler(
    {
      name: 'local',
      hosts: (gpu) => [{ host: thisHost, devices: ownValue(site.gpus, gpu)?.devices }],
      run: (_, script) => ask(['sh', '-s'], request, { input: script }),
    },
    request,
  );
}
