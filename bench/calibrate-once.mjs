// calibrate-once.mjs INPUTS.npy SPEC MODEL.onnx: runs the pictures through a model, one at a time, with the built package.
// calibrate-once.mjs INPUTS.npy SPEC WEIGHTS ALGORITHM FOLDER: calibrates the network over them.

import { loadSpecs } from '../dist/src/index.js';
import {
  calibrateNetwork,
  createOnnxruntimeEngine,
  loadNetwork,
  openCalibrationData,
} from '../dist/src/index-codegen.js';

const [inputs, path, file, algorithm, directory] = process.argv.slice(2);
const { specs } = await loadSpecs(path);
const [spec] = specs;
if (algorithm) {
  const network = await loadNetwork(spec, { weights: file });
  await calibrateNetwork(network, {
    calibrate: inputs,
    calibrationAlgorithm: algorithm,
    directory,
  });
  network.close();
} else {
  const engine = await createOnnxruntimeEngine().load(file);
  const [{ name, type }] = engine.inputs;
  const data = await openCalibrationData(inputs, 'inputs', { spec, input: type, images: 1000 });
  for await (const picture of data.batches(1)) await engine.run({ [name]: picture });
  await data.close();
  await engine.close();
}
