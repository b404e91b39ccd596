/** Whether the share of the five most likely classes says anything: of five classes it is always all. */
export function hasTop5(classes: number): boolean {
  return classes > 5;
}
