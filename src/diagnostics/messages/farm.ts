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
} as const;
