/** Of the form of manifest.json. */
export const manifestVersion = 2;
