import type { Precision, Tensor } from '../../engines/engine.ts';
import type { PictureRules } from '../images/prepared-images.ts';
import type { ServedTensor } from '../server/metadata.ts';
import type { Question } from './question.ts';

/** What a model on a server should be, and what it should answer: from a spec with its weights, or from an artifact's folder. */
export interface ServedExpectation {
  readonly model: string;
  readonly precision: Precision;
  readonly classes: number;
  readonly inputs: readonly ServedTensor[];
  readonly outputs: readonly ServedTensor[];
  /** Names of the classes; absent: nobody says. */
  readonly labels?: readonly string[] | undefined;
  /** Of pictures as they come to `askAbout`. */
  readonly rules: PictureRules;
  ask(): Promise<Question>;
  /** About pictures as the network was trained on them, float32 [N, C, H, W]; `source` names them. */
  askAbout(input: Tensor, source: string): Promise<Question>;
  close(): void;
}
