/** Magnitudes that int8 tells apart beside 0. */
export const levels = 127;

/** The first bin that algorithms of NVIDIA's pytorch-quantization try as the end of the range. */
export const firstCandidate = 128;
