import type { Span } from '../diagnostics/source.ts';
import type { OutputWord } from './outputs.ts';

export type BlockKind = 'basic' | 'bottleneck';
export type StemKind = 'conv7' | 'deep' | 'conv3';
export type ShortcutKind = 'projection' | 'avgpool' | 'pad';

/** What stands behind the last stage. An embedding: pool, a linear layer to `size` (absent: none) and a batch norm. */
export type Head =
  | 'logits'
  | 'softmax'
  | 'features'
  | { readonly kind: 'embedding'; readonly size?: number };

/** What weighs the channels of a block. `reduce`: channels divided by those of the squeeze, which are a multiple of `divisor`. */
export type Attention =
  | { readonly kind: 'none' }
  | { readonly kind: 'se'; readonly reduce: number; readonly divisor: number }
  | { readonly kind: 'eca' };

/** Whether padding counts in a mean. */
export type MeanPadding = 'counted' | 'ignored';

/** The 3×3 convolution of a block where it is more than one path. */
export type MultiPath =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'res2net';
      /** Parts that the channels are cut into. */
      readonly scale: number;
      /** In the first block of a stage: parts beside each other and a pooled last one, or each on the one before, as in the others. */
      readonly start: 'pooled' | 'chained';
      readonly padding: MeanPadding;
    }
  | {
      readonly kind: 'resnest';
      readonly radix: number;
      /** Of what the average pool of a strided block stands before or behind. */
      readonly halving: 'before' | 'after';
      readonly padding: MeanPadding;
      /** The squeeze is a multiple of it. */
      readonly divisor: number;
      /** Whether the squeeze has a bias before its norm. */
      readonly bias: boolean;
    }
  | {
      readonly kind: 'select';
      /** Whether each path reads all channels or its half of them. */
      readonly reads: 'whole' | 'halves';
      readonly reduce: number;
      readonly divisor: number;
    };

export type Norm = { readonly kind: 'batch' } | { readonly kind: 'group'; readonly count: number };

export type StemPool = 'max' | 'conv' | 'none';
export type AntiAlias = 'none' | 'average' | 'blur';
export type HeadPool = 'average' | 'max' | 'avgmax' | 'catavgmax';

/** Input of the network in pixels: [channels, height, width]. */
export interface InputSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** How a picture becomes the network's input; mean and std apply to values scaled to 0..1. */
export interface Preprocess {
  /** Short side after the resize, in pixels; undefined: no resize. */
  readonly resize?: number;
  /** Side of the centre crop, in pixels; undefined: no crop. */
  readonly crop?: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly color: 'rgb' | 'bgr' | 'gray';
  readonly interpolation: 'bilinear' | 'bicubic' | 'nearest';
  /** Whether the resize filters before it samples (torchvision and PIL do, OpenCV and PaddleClas do not). */
  readonly antialias: boolean;
}

/** A figure with the digits it was given in, so that it is compared to just those digits. */
export interface ExpectedFigure {
  /** In units: 25.58M is 25_580_000; percentages are fractions. */
  readonly value: number;
  /** Half a unit of the last digit given, in the same unit as value. */
  readonly tolerance: number;
  readonly text: string;
}

export interface Expectations {
  readonly params?: ExpectedFigure;
  readonly flops?: ExpectedFigure;
  readonly top1?: ExpectedFigure;
  readonly top5?: ExpectedFigure;
}

/** Where the spec's own test lies; paths are resolved against the .rn file. */
export interface Reference {
  readonly input: string;
  /** Of a network that tells classes; one of the two is given. */
  readonly logits?: string;
  /** A .npy file for one output, a .npz file for several by their names. */
  readonly outputs?: string;
}

/** The weights file a spec names; the path is resolved against the .rn file. */
export interface WeightsProperty {
  /** Name scheme that the spec pins; undefined: recognised from the names in the file. */
  readonly scheme?: string;
  readonly path: string;
  /** Keys of dicts, or the beginning of names, under which the network is in the file; undefined: the usual one. */
  readonly key?: string;
}

/** Names of properties, as written in a .rn file. */
export type SpecSpans = Readonly<Record<string, Span>>;

/** A checked model: plain, frozen and JSON-serialisable except for `spans`. Everything a later stage needs is resolved here. */
export interface Spec {
  readonly name: string;
  /** Path of the .rn file, as given. */
  readonly file: string;
  /** 18, 34, 50, 101, 152, 200, or undefined where the stages were given instead. */
  readonly depth?: number;
  readonly block: BlockKind;
  /** Of each stage. */
  readonly stageBlocks: readonly BlockKind[];
  readonly stem: StemKind;
  /** Output channels of each stem convolution; the last is what stage 1 reads. */
  readonly stemWidths: readonly number[];
  readonly shortcut: ShortcutKind;
  readonly firstShortcut: 'projection' | 'identity';
  /** The convolution of a bottleneck that carries the stride. */
  readonly strideIn: 'conv1' | 'conv2';
  /** Number of blocks in each stage. */
  readonly stages: readonly number[];
  /** Inner channels of each stage's blocks. */
  readonly widths: readonly number[];
  /** Output channels of a block = its width × expansion. */
  readonly expansion: number;
  /** Of a bottleneck's 3×3 convolution. */
  readonly groups: number;
  /** Inner channels of each group where the width is 64. */
  readonly groupWidth: number;
  readonly attention: Attention;
  readonly multiPath: MultiPath;
  /** Divides the outputs of a bottleneck's first convolution. */
  readonly narrowFirst: number;
  /** Side of a strided projection. */
  readonly shortcutKernel: number;
  /** Of the first block of each stage. */
  readonly strides: readonly number[];
  /** Of the 3×3 convolutions of each stage. */
  readonly dilations: readonly number[];
  readonly antiAlias: AntiAlias;
  readonly stemPool: StemPool;
  readonly norm: Norm;
  /** Of the head. */
  readonly pool: HeadPool;
  /** Added to each variance by a batch norm. */
  readonly epsilon: number;
  readonly input: InputSize;
  readonly classes: number;
  readonly head: Head;
  /** What leaves the network, in this order. */
  readonly outputs: readonly OutputWord[];
  /** Path to a labels file, one label a line, resolved against the .rn file. */
  readonly labels?: string;
  readonly preprocess: Preprocess;
  readonly expect: Expectations;
  readonly weights?: WeightsProperty;
  readonly reference?: Reference;
  /** Where each property that was written (here or in a base) stands; `model` is the model's name. Not enumerable in JSON output. */
  readonly spans: SpecSpans;
}
