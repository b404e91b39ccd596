/*
 * Stands in for nvidia-smi in tests: answers the queries of engines/tensorrt/nvidia-smi.ts for the GPU it is told to be. STAND_IN_DRIVER is the
 * driver's version (510 brought compute_cap, 535 clocks_event_reasons), STAND_IN_THROTTLE the mask of throttle reasons.
 */
import { pretendedGpu } from './pretended-gpu.ts';

const gpu = pretendedGpu(process.env);
const driver = process.env.STAND_IN_DRIVER ?? '550.54.15';
const argv = process.argv.slice(2);
const [driverMajor = 0] = driver.split('.').map(Number);

function answer(field: string): string | undefined {
  const values: Readonly<Record<string, string | undefined>> = {
    index: '0',
    name: gpu?.name,
    uuid: gpu?.uuid,
    driver_version: driver,
    'memory.total': String(gpu?.memoryMiB),
    compute_cap: driverMajor >= 510 ? gpu?.computeCapability : undefined,
    'clocks.sm': '1590',
    'clocks.mem': '5000',
    'clocks.max.sm': '1590',
    'temperature.gpu': '45',
    'power.draw': '[N/A]',
    'clocks_event_reasons.active':
      driverMajor >= 535 ? (process.env.STAND_IN_THROTTLE ?? '0x0000000000000000') : undefined,
    'clocks_throttle_reasons.active': process.env.STAND_IN_THROTTLE ?? '0x0000000000000000',
  };
  return values[field];
}

if (!gpu) {
  console.log('No devices were found');
  process.exit(6);
}
const query = argv.find((argument) => argument.startsWith('--query-gpu='));
if (!query) {
  console.log(`| NVIDIA-SMI ${driver}    Driver Version: ${driver}    CUDA Version: 12.4     |`);
  process.exit(0);
}
const fields = query.slice('--query-gpu='.length).split(',');
const unknown = fields.find((field) => answer(field) === undefined);
if (unknown) {
  console.log(`Field "${unknown}" is not a valid field to query.`);
  process.exit(2);
}
console.log(fields.map(answer).join(', '));
