import type { PythonPackage } from '../python/package.ts';
import { tensorrtRtxTarget } from './target.ts';

/** NVIDIA's wheel; about 100 MB to fetch. */
export const tensorrtRtxPackage: PythonPackage = {
  target: tensorrtRtxTarget.name,
  title: tensorrtRtxTarget.title,
  version: '1.7.1.116',
  wheels: ['tensorrt-rtx-cu13==1.7.1.116'],
  codes: { missing: 'tensorrt-rtx-missing', setupFailed: 'tensorrt-rtx-setup-failed' },
  script: new URL('./build_engine.py', import.meta.url),
};
