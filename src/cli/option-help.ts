/** A sentence about an option in the form of the others in a command's help: `what it is (default: …)`. Abbreviations and names keep their capitals. */
export function optionHelp(doc: string, usual: string): string {
  const phrase = doc
    .replace(/\.$/, '')
    .replace(/^[A-Z](?=[a-z]*[ ,-])/, (first) => first.toLowerCase());
  return `${phrase} (default: ${usual})`;
}
