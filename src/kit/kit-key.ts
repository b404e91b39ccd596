import { sha256 } from '../io/sha256.ts';

/** Raised when figures are taken in another way, so that old ones no longer stand for new ones. */
export const measurementSchema = 1;

/** All that decides what a kit measures: kits with the same parts measure the same. Driver, node and serial number are recorded and not part of it. */
export interface KitKeyParts {
  /** Digest of graph, weights and ranges, known before model.onnx is written and the same for every version of rcc that writes it. */
  readonly model: string;
  /** What trtexec is asked, one list a command, without paths of a machine. */
  readonly arguments: readonly (readonly string[])[];
  /** The release that was asked for, or those that the kit is for: `10.4.0`, `8.5.1 to 11.1.0`. */
  readonly tensorrt: string;
  /** GPU class, by compute capability and name: `7.5 Tesla T4`. */
  readonly gpu: string;
  readonly batches: readonly number[];
  readonly schema: number;
}

/** SHA-256 over the parts, in hex. */
export function kitKey(parts: KitKeyParts): string {
  const { model, arguments: args, tensorrt, gpu, batches, schema } = parts;
  const text = JSON.stringify([model, args, tensorrt, gpu, batches, schema]);
  return sha256(text);
}
