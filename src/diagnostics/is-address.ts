/** Whether a text is an address of the network, as `https://…` or `s3://…`, where a path is expected. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(text);
}
