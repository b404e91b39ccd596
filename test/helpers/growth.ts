/** Eight times the input in less than this is in proportion: what is quadratic takes up to 64 times as long. */
const most = 20;
const share = 8;
const attempts = 12;

/** Processor time of this process, in which other programs do not count. */
async function timeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/**
 * Whether the work that `prepare` makes for a size grows in proportion to it: an eighth of `size` is held against the whole.
 * The least of several attempts counts, because what else a machine does makes work longer and never shorter.
 */
export async function growsInProportion(
  size: number,
  prepare: (size: number) => () => unknown,
): Promise<boolean> {
  const [part, whole] = [prepare(Math.ceil(size / share)), prepare(size)];
  // Code that is compiled on the way would make the part look slow.
  await part();
  let [partTime, wholeTime] = [Infinity, Infinity];
  for (let attempt = 0; attempt < attempts; attempt++) {
    partTime = Math.min(partTime, await timeOf(part));
    wholeTime = Math.min(wholeTime, await timeOf(whole));
    if (wholeTime < most * partTime) return true;
  }
  return false;
}
