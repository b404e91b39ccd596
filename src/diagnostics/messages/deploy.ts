import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** What stands between an artifact and the place that it is for. */
export const deployMessages = {
  'deploy-option-idle': row<{ option: string; destination: string; able: readonly string[] }>({
    severity: 'warning',
    message: ({ option, destination, able }) =>
      `${option} changes nothing for ${destination}: it is meant for ${listText(able)}.`,
    cause: 'The option belongs to another destination.',
    cure: 'Leave it out, or name the destination that it is meant for with --to.',
  }),
  'deploy-name': row<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `'${name}' is no name of a folder that a server reads.`,
    hint: () =>
      'Letters, digits, `_`, `-` and `.`, with a letter, a digit or `_` first: --name NAME.',
    cause: 'What is deployed becomes a folder of this name, and a part of addresses.',
    example: '--name ../resnet',
    cure: 'Give another --name.',
  }),
  'deploy-damaged-file': row<{ path: string; isThere: boolean }>({
    severity: 'error',
    message: ({ path, isThere }) =>
      isThere
        ? `'${path}' is not the file that its manifest records: its SHA-256 is another.`
        : `'${path}' is not there, though its manifest records it.`,
    hint: () =>
      '`rcc check-engine DIR` compares all of the artifact, and says how to make it again.',
    cause: 'A file of the artifact was changed, cut short or lost since it was compiled.',
    cure: 'Copy the artifact again, or compile it again. Nothing was deployed.',
  }),
  'deploy-foreign-file': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' is there, and rcc did not write it.`,
    hint: () => 'Give another --name or --output, or move the file away.',
    cause:
      'A file of somebody else has the name of one that would be written; nothing is overwritten.',
    cure: 'Give another --name or --output, or move the file away. Nothing was changed.',
  }),
  'deploy-edited-file': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' was changed since rcc wrote it.`,
    hint: () => 'Move it away and deploy again, then take the change over by hand.',
    cause: 'Somebody edited a file of a deployment; what was edited is not overwritten.',
    cure: 'Move the file away, or deploy under another --name or --output. Nothing was changed.',
  }),
  'deploy-version-exists': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' is there with other content, and is never changed.`,
    hint: () => '`--as next` adds a version beside it.',
    cause: 'A server may have loaded this version, and may load it again.',
    cure: 'Deploy with --as next, or into another folder.',
  }),
} as const;
