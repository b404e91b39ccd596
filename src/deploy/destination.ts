import type { Manifest } from '../compile/manifest.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** An artifact's folder with its manifest. What a server makes of its engines, `serve-artifact.ts` asks the target. */
export interface DeployArtifact {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** What may be asked of a destination beside artifacts and a folder. */
export interface DeployOptions {
  /** Name of what is deployed; default: the destination's own, of model and precision. */
  readonly name?: string | undefined;
  /** Pictures of the largest batch that a server makes; 0: none. Default: the engine's. */
  readonly maxBatch?: number | undefined;
  /** `next`: as a new version beside those that are there. */
  readonly as?: 'next' | undefined;
  /** Where the server will find the repository: `s3://models/resnet`. */
  readonly storageUri?: string | undefined;
}

export interface DeployRequest extends DeployOptions {
  /** At least one. */
  readonly artifacts: readonly DeployArtifact[];
  /** Folder that the files are for; may be there, with earlier deployments in it. */
  readonly output: string;
  /** Artifacts with made-up weights are deployed as well: for timing. Default false. */
  readonly allowSynthetic?: boolean | undefined;
}

interface PlannedPath {
  /** Beneath the output folder, parts divided by `/`. */
  readonly path: string;
  /** Never changed once it is there: a server may have loaded it. */
  readonly permanent?: boolean | undefined;
}

/** A file that is copied. `sha256` in hex, as the manifest records it: a file with another digest is refused. */
export interface CopiedFile extends PlannedPath {
  readonly from: string;
  readonly sha256: string;
}

export interface TextFile extends PlannedPath {
  readonly text: string;
}

export type DeployedFile = CopiedFile | TextFile;

/** What a destination makes of artifacts; nothing of it is written yet. */
export interface Deployment {
  /** Folders that are new come whole and before files that replace others; in this order otherwise. */
  readonly files: readonly DeployedFile[];
  /** What the user runs next: commands, as a shell takes them. */
  readonly next: readonly string[];
  readonly notes: readonly Diagnostic[];
  /** For machines (`--json`): what the destination decided, as name and version. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/** A place where artifacts go. It writes nothing: it plans, and `write-deployment.ts` writes. */
export interface Destination {
  /** As --to takes it. */
  readonly name: string;
  /** In one line of help. */
  readonly help: string;
  /** Options that it reads; others are told to be idle. */
  readonly takes: readonly (keyof DeployOptions)[];
  /** Called while nobody else deploys into the output folder. Throws DiagnosticError. */
  plan(request: DeployRequest): Promise<Deployment>;
}
