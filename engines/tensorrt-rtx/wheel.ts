/** The release that rcc's tables and tests were made with. */
export const wheelVersion = '1.7.1.116';

/** NVIDIA's wheel; about 100 MB to fetch. */
export const tensorrtRtxWheel = `tensorrt-rtx-cu13==${wheelVersion}`;
