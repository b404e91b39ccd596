/* One weights file in every form: converted twice, each number judged, and run. */
import { join } from 'node:path';
import type { Spec } from '../../src/language/spec.ts';
import {
  type Conversion,
  type ConversionOptions,
  convertTwice,
  type FormName,
  formOf,
} from './forms.ts';
import { judgeLogits, type LogitsJudgement, type Question, runModel } from './judge-logits.ts';
import { type Judgement, judgeModel } from './judge-model.ts';
import { type Initializer, type OnnxFile, readOnnxFile } from './onnx-file.ts';

export interface Subject extends ConversionOptions {
  readonly spec: Spec;
  /** Where the models are written, two folders a form. */
  readonly directory: string;
  readonly question: Question;
}

export interface FormJudgement {
  readonly modelPath: string;
  readonly model: OnnxFile;
  /** How many initializers were judged as what; empty where another form's model is the same. */
  readonly counts: Judgement['counts'];
  /** Largest error of the logits in their standard deviation. */
  readonly error: number;
  /** Everything that is wrong, a sentence each. */
  readonly wrong: readonly string[];
}

export interface FileJudge {
  judge(form: FormName): Promise<FormJudgement>;
}

/** What weighs channels is not quantised, and norms are none of what computes in int8. */
const isQuantized = ({ name, dims }: Initializer): boolean =>
  (dims.length === 2 || dims.length === 4) && !name.includes('/attention/');

/** onnxruntime computes with biases of int32, TensorRT makes them itself. */
function hasInt32Biases(name: FormName): boolean {
  const { precision, release, capability } = formOf(name);
  return precision === 'int8' && release === undefined && capability === undefined;
}

const hasBias = (weight: string, { initializers }: OnnxFile): boolean =>
  initializers.has(weight.replace(/weight$/, 'bias')) && weight.endsWith('weight');

/** What must be judged as what: nothing of a lower precision may be left in float32 unseen. */
function judgeCounts(name: FormName, { counts }: Judgement, base: OnnxFile): readonly string[] {
  const { inFloat32 = [] } = formOf(name);
  const floats = [...base.initializers.values()].filter(
    (each) => each.type === 'FLOAT' && !inFloat32.includes(each.name),
  );
  const weights = floats.filter(isQuantized);
  const wanted = {
    fp32: ['float', floats.length],
    fp16: ['float16', floats.length],
    int8: ['int8', weights.length],
  } as const;
  const [what, count] = wanted[formOf(name).precision];
  const wrong =
    counts[what] === count ? [] : [`${counts[what]} initializers are ${what}, not ${count}`];
  const biases = hasInt32Biases(name) ? weights.filter(({ name: own }) => hasBias(own, base)) : [];
  const integers = counts.int32 ?? 0;
  const missing =
    integers === biases.length ? [] : [`${integers} biases are int32, not ${biases.length}`];
  return [...wrong, ...missing];
}

/**
 * Judges what both conversions' engines compute. onnxruntime names nodes that it adds in an order of its own, so that engines of the same model may
 * differ in bytes; they compute the same.
 */
async function judgeEngines(
  conversions: readonly [Conversion, Conversion],
  question: Question,
  name: FormName,
): Promise<LogitsJudgement> {
  const [first, second] = conversions;
  const output = await runModel(first.enginePath, question.input);
  const judged = judgeLogits(output, question, formOf(name).precision);
  if (first.enginePath === first.modelPath) return judged;
  const again = await runModel(second.enginePath, question.input);
  const isSame = output.every((value, i) => Object.is(value, again[i]));
  return isSame ? judged : { ...judged, wrong: [...judged.wrong, 'two engines differ'] };
}

class Conversions {
  readonly #made = new Map<FormName, Promise<readonly [Conversion, Conversion]>>();
  readonly #subject: Subject;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  of(name: FormName): Promise<readonly [Conversion, Conversion]> {
    const made = this.#made.get(name) ?? this.#make(name);
    this.#made.set(name, made);
    return made;
  }

  async #make(name: FormName): Promise<readonly [Conversion, Conversion]> {
    const { spec } = this.#subject;
    return await convertTwice(spec, formOf(name), this.#folder(name), await this.#options(name));
  }

  #folder(name: FormName): string {
    return join(this.#subject.directory, name.replaceAll(/[^\w.]/g, '-'));
  }

  /** The ranges that int8 found on the data serve its other forms, as they would a user. */
  async #options(name: FormName): Promise<ConversionOptions> {
    const { calibrate, calibrationAlgorithm } = this.#subject;
    const algorithm = calibrationAlgorithm ? { calibrationAlgorithm } : {};
    if (name === 'int8' || formOf(name).precision !== 'int8') return { calibrate, ...algorithm };
    await this.of('int8');
    return { calibrate: join(this.#folder('int8'), 'calibration.json'), ...algorithm };
  }
}

export function createFileJudge(subject: Subject): FileJudge {
  const conversions = new Conversions(subject);
  const bases = new Map<FormName, Promise<OnnxFile>>();
  const readBase = async (name: FormName): Promise<OnnxFile> =>
    readOnnxFile((await conversions.of(name))[0].modelPath);

  function baseOf(name: FormName): Promise<OnnxFile> {
    const { base: own = 'fp32' } = formOf(name);
    const base = bases.get(own) ?? readBase(own);
    bases.set(own, base);
    return base;
  }

  async function judgeInitializers(name: FormName, model: OnnxFile): Promise<Judgement> {
    const base = await baseOf(name);
    const judged = judgeModel(model, base);
    return { ...judged, wrong: [...judged.wrong, ...judgeCounts(name, judged, base)] };
  }

  async function judgeNumbers(
    name: FormName,
    { sha256 }: Conversion,
    model: OnnxFile,
  ): Promise<Judgement> {
    const { sameAs } = formOf(name);
    if (sameAs === undefined) return await judgeInitializers(name, model);
    const [other] = await conversions.of(sameAs);
    return { counts: {}, wrong: other.sha256 === sha256 ? [] : [`differs from ${sameAs}'s model`] };
  }

  return {
    async judge(name) {
      const both = await conversions.of(name);
      const [first, second] = both;
      const model = readOnnxFile(first.modelPath);
      const { counts, wrong } = await judgeNumbers(name, first, model);
      const logits = await judgeEngines(both, subject.question, name);
      const repeated = first.sha256 === second.sha256 ? [] : ['two conversions differ'];
      const all = [...repeated, ...wrong, ...logits.wrong];
      return { modelPath: first.modelPath, model, counts, error: logits.error, wrong: all };
    },
  };
}
