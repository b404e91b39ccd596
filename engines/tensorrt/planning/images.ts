import { images } from './data/images.ts';
import { newestCovered, orderOf, releaseLine, releaseOrder } from './release-order.ts';

/** An image of NVIDIA's that holds trtexec. */
export interface TensorrtImage {
  /** `24.09` */
  readonly tag: string;
  /** As far as is known: `10.4.0.26`. */
  readonly tensorrt: string;
  /** A source says what it holds; else it is expected to. */
  readonly isProven: boolean;
  readonly cuda: string | null;
  /** What its CUDA ships with. */
  readonly driver: string | null;
  readonly leastCapability: string;
  readonly greatestCapability: string;
}

const all: readonly TensorrtImage[] = images;

function serves(image: TensorrtImage, computeCapability: string): boolean {
  const capability = Number(computeCapability);
  const { leastCapability: least, greatestCapability: greatest } = image;
  return Number(least) <= capability && capability <= Number(greatest);
}

const orderIn = ({ tensorrt }: TensorrtImage): number => releaseOrder(tensorrt) ?? 0;

/** The newest image of a release's line for a GPU: one of the same patch before others, one that is proven before what is expected. */
export function imageOf(order: number, computeCapability: string): TensorrtImage | undefined {
  const line = all.filter(
    (image) =>
      releaseLine(orderIn(image)) === releaseLine(order) && serves(image, computeCapability),
  );
  const exact = line.filter((image) => orderIn(image) === order);
  const best = exact.length > 0 ? exact : line;
  return best.findLast(({ isProven }) => isProven) ?? best.at(-1);
}

/** The newest image for a GPU whose release rcc has tables of. */
export function newestImageFor(computeCapability: string): TensorrtImage | undefined {
  const covered = all.filter((image) => orderIn(image) <= orderOf(newestCovered) + 99);
  return covered.findLast((image) => serves(image, computeCapability));
}

/** The command that rcc is given in place of trtexec. */
export function dockerOption({ tag }: TensorrtImage): string {
  return `--trtexec "docker run --rm --gpus all -v {dir}:{dir} nvcr.io/nvidia/tensorrt:${tag}-py3 trtexec"`;
}

/** `tensorrt:24.09-py3 (expected to hold TensorRT 10.4.0.26)`, with its CUDA and driver where a source says what it holds. */
export function imageText({ tag, tensorrt, isProven, cuda, driver }: TensorrtImage): string {
  const held = isProven ? `TensorRT ${tensorrt}` : `expected to hold TensorRT ${tensorrt}`;
  const needs = [cuda ? `CUDA ${cuda}` : '', driver ? `driver ${driver}` : ''].filter(Boolean);
  return `tensorrt:${tag}-py3 (${[held, ...needs].join(', ')})`;
}
