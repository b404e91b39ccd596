import { images } from './data/images.ts';
import {
  newestCovered,
  oldestSupportedOrder,
  orderOf,
  releaseLine,
  releaseOrder,
} from './release-order.ts';

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

/** Oldest driver of each major CUDA: docs.nvidia.com/deploy/cuda-compatibility, minor version compatibility. */
const leastDrivers: ReadonlyMap<string, number> = new Map([
  ['11', 450],
  ['12', 525],
  ['13', 580],
]);

/** The oldest driver that an image runs on, as far as is known. */
function leastDriver({ cuda }: TensorrtImage): number | undefined {
  return leastDrivers.get(cuda?.split('.', 1)[0] ?? '');
}

function serves(image: TensorrtImage, computeCapability: string): boolean {
  const capability = Number(computeCapability);
  const { leastCapability: least, greatestCapability: greatest } = image;
  return Number(least) <= capability && capability <= Number(greatest);
}

/** Whether it runs beside a driver, `550.54.15`; any, where none is told. */
function runsOn(image: TensorrtImage, driver: string | undefined): boolean {
  return driver === undefined || Number.parseInt(driver, 10) >= (leastDriver(image) ?? Infinity);
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

/** Whether an image holds the very release, not another of its line. */
export function holdsRelease(image: TensorrtImage, order: number): boolean {
  return orderIn(image) === order;
}

function isDriven(image: TensorrtImage): boolean {
  const order = orderIn(image);
  return oldestSupportedOrder <= order && order <= orderOf(newestCovered) + 99;
}

/** The newest image that rcc drives, for a GPU and its driver. */
export function newestImageFor(
  computeCapability: string,
  driver?: string,
): TensorrtImage | undefined {
  return all.findLast(
    (image) => isDriven(image) && serves(image, computeCapability) && runsOn(image, driver),
  );
}

/** The newest image whose content a source tells. */
export function newestProvenImage(): TensorrtImage | undefined {
  return all.findLast(({ isProven }) => isProven);
}

/** The command that rcc is given in place of trtexec. */
export function dockerOption({ tag }: TensorrtImage): string {
  return `--trtexec "docker run --rm --gpus all -v {dir}:{dir} nvcr.io/nvidia/tensorrt:${tag}-py3 trtexec"`;
}

function driverText(image: TensorrtImage): string {
  const driver = leastDriver(image);
  return driver === undefined ? '' : `driver ${driver} or newer`;
}

/** The same, with the driver that the image needs. */
export function imageCure(image: TensorrtImage): string {
  const driver = driverText(image);
  return `${dockerOption(image)}${driver && ` (${driver})`}`;
}

/** `tensorrt:24.09-py3 (expected to hold TensorRT 10.4.0.26)`, with its CUDA and the driver that it needs. */
export function imageText(image: TensorrtImage): string {
  const { tag, tensorrt, isProven, cuda } = image;
  const held = isProven ? `TensorRT ${tensorrt}` : `expected to hold TensorRT ${tensorrt}`;
  const facts = [held, cuda ? `CUDA ${cuda}` : '', driverText(image)].filter(Boolean);
  return `tensorrt:${tag}-py3 (${facts.join(', ')})`;
}
