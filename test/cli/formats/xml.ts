import { readFileSync } from 'node:fs';
import { XmlDocument, type XmlElement, XsdValidator } from 'libxml2-wasm';

const schema = readFileSync(new URL('./fixtures/junit.xsd', import.meta.url), 'utf8');

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

function elementOf(node: XmlElement): Element {
  return {
    name: node.name,
    attributes: Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])),
    children: node.find('*').map((child) => elementOf(child as XmlElement)),
    text: node.content,
  };
}

/** The root of a text that is JUnit XML. Throws what is wrong with it. */
export function readJunit(text: string): Element {
  using document = XmlDocument.fromString(text);
  using xsd = XmlDocument.fromString(schema);
  using validator = XsdValidator.fromDoc(xsd);
  validator.validate(document);
  return elementOf(document.root);
}
