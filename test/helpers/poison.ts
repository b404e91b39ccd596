/*
 * Loaded before every test file: an array of a tensor whose time is over becomes 0xFF, which is NaN in float32 and float16 and −1 in int8. Whoever reads or
 * writes an array that it was only lent gets wrong numbers at once, however the garbage collector and the threads run.
 */
import { lending } from '../../codegen/tensors/tensor-source.ts';

lending.end = (bytes) => void bytes.fill(0xff);
