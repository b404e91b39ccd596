type Vector = readonly number[];
type Matrix = readonly Vector[];

const dot = (a: Vector, b: Vector): number =>
  a.reduce((sum, value, i) => sum + value * at(b, i), 0);

/** Lower triangle L with L Lᵀ = A for a symmetric A; undefined where A is not positive definite. */
function cholesky(a: Matrix): Matrix | undefined {
  const lower: number[][] = [];
  for (const [i, row] of a.entries()) {
    const current: number[] = [];
    for (const finished of lower) {
      const j = current.length;
      current.push((at(row, j) - dot(current, finished.slice(0, j))) / at(finished, j));
    }
    const pivot = at(row, i) - dot(current, current);
    if (!(pivot > 0)) return undefined;
    lower.push([...current, Math.sqrt(pivot)]);
  }
  return lower;
}

/** Solves (A + damping · diag A) x = b; undefined where the matrix is not positive definite. */
function solveDamped(a: Matrix, b: Vector, damping: number): Vector | undefined {
  const lower = cholesky(a.map((row, i) => row.with(i, at(row, i) * (1 + damping))));
  if (!lower) return undefined;
  const forward: number[] = [];
  for (const [i, row] of lower.entries()) {
    forward.push((at(b, i) - dot(forward, row.slice(0, i))) / at(row, i));
  }
  const solution = new Array<number>(b.length).fill(0);
  for (let i = b.length - 1; i >= 0; i--) {
    const below = lower.slice(i + 1).map((row) => at(row, i));
    solution[i] = (at(forward, i) - dot(below, solution.slice(i + 1))) / at(lower[i] ?? [], i);
  }
  return solution;
}

function at(values: Vector, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no element ${index} of ${values.length}`);
  return value;
}

const sumOfSquares = (values: Vector): number => dot(values, values);

/** Columns ∂residuals/∂parameter by central differences. */
function jacobian(residuals: (parameters: Vector) => Vector, parameters: Vector): Matrix {
  return parameters.map((value, j) => {
    const step = 1e-5 * Math.max(1, Math.abs(value));
    const above = residuals(parameters.with(j, value + step));
    const below = residuals(parameters.with(j, value - step));
    return above.map((residual, i) => (residual - at(below, i)) / (2 * step));
  });
}

const maxIterations = 100;
const maxDamping = 1e8;
const converged = 1e-10;

/** The parameters that make the sum of squared residuals least, by Levenberg–Marquardt from `start`. */
export function leastSquares(residuals: (parameters: Vector) => Vector, start: Vector): Vector {
  let best = { parameters: start, residuals: residuals(start) };
  let damping = 1e-2;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const columns = jacobian(residuals, best.parameters);
    const normal = columns.map((a) => columns.map((b) => dot(a, b)));
    const gradient = columns.map((column) => -dot(column, best.residuals));
    const before = sumOfSquares(best.residuals);
    let after = before;
    for (; damping < maxDamping && after >= before; damping *= after < before ? 1 / 8 : 4) {
      const step = solveDamped(normal, gradient, damping);
      if (!step) continue;
      const parameters = best.parameters.map((value, j) => value + at(step, j));
      const tried = residuals(parameters);
      after = sumOfSquares(tried);
      if (after < before) best = { parameters, residuals: tried };
    }
    if (before - after <= converged * before) return best.parameters;
  }
  return best.parameters;
}
