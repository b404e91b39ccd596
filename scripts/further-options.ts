import type { SheetOption } from './stand-in-table.ts';

/** An option that options.json leaves out, with where it was read. */
interface FurtherOption extends SheetOption {
  readonly isFlag: boolean;
  readonly lastAccepted: { readonly version: string };
  readonly replacement: null;
  readonly source: string;
}

function since(
  name: string,
  argument: string | null,
  version: string,
  source: string,
): FurtherOption {
  return {
    name,
    argument,
    isFlag: argument === null,
    firstAccepted: { version },
    lastAccepted: { version: '11.1.0' },
    removed: null,
    deprecated: null,
    replacement: null,
    source,
  };
}

const tuning = 'sampleTuning.cpp of 11.1, isTuningOnlyArg';

/** Options of trtexec that the sheet lacks. That one is refused by name costs more than that a release rejects it. */
export const furtherOptions: readonly FurtherOption[] = [
  since('--layerDeviceTypes', '=spec', '8.5.1', 'sampleOptions.cpp; first release from memory'),
  since('--buildDLAStandalone', null, '8.6.0', 'sampleOptions.cpp; 8.5 needs a patch for it'),
  since('--saveDebugTensors', '=spec', '10.0.0', 'sampleOptions.cpp, beside --markDebug'),
  since('--dumpKernelText', null, '10.13.0', 'sampleOptions.cpp; wants --safe'),
  since('--tuneBuildRouteFile', '=<file>', '11.1.0', tuning),
  since('--tuningSearch', '=spec', '11.1.0', tuning),
  since('--tuningCacheFile', '=<file>', '11.1.0', tuning),
  since('--tuningTimeOut', '=N', '11.1.0', tuning),
  since('--tuningResultFile', '=<file>', '11.1.0', tuning),
  since('--continue', null, '11.1.0', tuning),
  since('--dryRun', null, '11.1.0', tuning),
];
