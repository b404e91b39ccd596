import { readManifest } from '../compile/read-manifest.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { requireKnown } from '../diagnostics/require-known.ts';
import { whileWriting } from '../io/file-failure.ts';
import { withLock } from '../io/lock.ts';
import { makeFolders, removeFolders } from '../io/made-folders.ts';
import { labelNotes, requireTrained } from './check-artifacts.ts';
import { checkSources } from './check-sources.ts';
import { readRecord } from './deployment-record.ts';
import type { DeployArtifact, Deployment, DeployRequest, Destination } from './destination.ts';
import { destinations } from './destinations.ts';
import { type JudgedFile, judgeFiles } from './judge-files.ts';
import { lockOf, placeOf } from './output-place.ts';
import { writeDeployment } from './write-deployment.ts';

/** What a deployment did, or would do. */
export interface Deployed extends Omit<Deployment, 'files' | 'notes'> {
  readonly destination: string;
  readonly output: string;
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly state: JudgedFile['state'];
  }[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface DeployContext {
  /** Nothing is written. */
  readonly isDryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told once if somebody else deploys into the folder. */
  onWait?(owner: string): void;
}

/** The artifacts in folders. Throws DiagnosticError where one is none. */
export async function readArtifacts(
  directories: readonly string[],
): Promise<readonly DeployArtifact[]> {
  return await Promise.all(
    directories.map(async (directory) => ({ directory, manifest: await readManifest(directory) })),
  );
}

/** Throws DiagnosticError `argument-unknown` where there is none of the name. */
export function destinationOf(name: string): Destination {
  requireKnown(
    'destination',
    name,
    destinations.map((one) => one.name),
  );
  return destinations.find((one) => one.name === name) as Destination;
}

async function planAndWrite(
  destination: Destination,
  request: DeployRequest,
  { isDryRun, signal }: DeployContext,
): Promise<Deployed> {
  const { output } = request;
  requireTrained(request);
  const { files, notes, ...rest } = await destination.plan(request);
  await checkSources(files);
  const record = await readRecord(output);
  const judged = await judgeFiles(files, output, record);
  if (!isDryRun) await writeDeployment(judged, { output, record, signal });
  return {
    destination: destination.name,
    output,
    files: judged.map(({ file: { path }, sha256, state }) => ({ path, sha256, state })),
    ...rest,
    diagnostics: [...notes, ...labelNotes(request)],
  };
}

/** Runs `work` while nobody else deploys into the folder; folders that were made for that and hold nothing are gone afterwards. */
async function alone<T>(
  output: string,
  { signal, onWait }: DeployContext,
  work: () => Promise<T>,
): Promise<T> {
  const place = placeOf(output);
  const made = await whileWriting(output, () => makeFolders(place.base));
  try {
    return await withLock(
      lockOf(place),
      { signal, ...(onWait ? { onWait: (owner) => onWait(owner) } : {}) },
      work,
    );
  } finally {
    await removeFolders(made);
  }
}

/**
 * Puts artifacts where a destination wants them, all of it or nothing; the same once more changes nothing. Throws DiagnosticError where the destination refuses them, their weights are made up,
 * a file of an artifact is damaged, or a file in the way is not rcc's.
 */
export async function deploy(
  destination: Destination,
  request: DeployRequest,
  context: DeployContext = {},
): Promise<Deployed> {
  const work = () => planAndWrite(destination, request, context);
  return context.isDryRun ? await work() : await alone(request.output, context, work);
}
