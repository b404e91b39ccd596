import type { PythonPackage } from '../python/package.ts';
import { openvinoTarget } from './target.ts';

/** Intel's wheel, 59 MB, and numpy. What the wheel asks for beside that reports to its maker how it is used, and is left out. */
export const openvinoPackage: PythonPackage = {
  target: openvinoTarget.name,
  title: openvinoTarget.title,
  version: '2026.4.1',
  wheels: ['openvino==2026.4.1', 'numpy>=1.26,<2.5'],
  alone: true,
  codes: { missing: 'openvino-missing', setupFailed: 'openvino-setup-failed' },
  script: new URL('./openvino_engine.py', import.meta.url),
};

/** The first release whose engines and properties are known to be as rcc expects them. */
export const leastRelease = '2026.0';
