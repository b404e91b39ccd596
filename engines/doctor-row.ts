/** One part of what a target needs, as `rcc doctor` shows it. */
export interface DoctorRow {
  readonly part: string;
  readonly ok: boolean;
  /** What is there: a release, a path; absent where nothing is. */
  readonly found?: string;
  readonly needed: string;
  /** What to do about it; absent where nothing has to be done. */
  readonly cure?: string;
}
