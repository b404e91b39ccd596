/** One part of what a target needs, as `rcc doctor` shows it. */
export interface DoctorRow {
  readonly part: string;
  /** `doubtful`: the target works without it, or not for everything; `missing`: it does not work. */
  readonly state: 'good' | 'doubtful' | 'missing';
  /** What is there, or what was found in its place. */
  readonly found: string;
  readonly needed: string;
  /** What to do about it; absent where nothing has to be done. */
  readonly cure?: string;
}
