/** A Python package that a target is driven through, in an environment that `rcc doctor --setup` makes. */
export interface PythonPackage {
  /** The target, as --setup takes it, and the folder of its environments in rcc's cache. */
  readonly target: string;
  /** In sentences: `TensorRT-RTX`. */
  readonly title: string;
  /** The release that rcc's tables and tests were made with. */
  readonly version: string;
  /** What pip installs, and nothing else that these may ask for where `alone`. */
  readonly wheels: readonly [string, ...string[]];
  /** Whether what the wheels ask for is left out: `wheels` names all that is needed. */
  readonly alone?: true;
  /** Diagnostics of a package that is not there, and of a set-up that failed. */
  readonly codes: {
    readonly missing: 'tensorrt-rtx-missing' | 'openvino-missing';
    readonly setupFailed: 'tensorrt-rtx-setup-failed' | 'openvino-setup-failed';
  };
  /** Our script beside its target's modules. */
  readonly script: URL;
}
