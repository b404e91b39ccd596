/** The form of site.json that this release reads. */
export const siteVersion = 1;
