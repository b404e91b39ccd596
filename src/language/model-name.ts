/** Words that begin something else where a name is expected. */
const reserved: ReadonlySet<string> = new Set(['model', 'extends', 'use']);

/** A name that a model may have, made of any text: `ResNet50 vd.final` → `resnet50_vd_final`. */
export function modelNameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (/^[a-z]/.test(name) && !reserved.has(name)) return name;
  return name === '' ? 'network' : `network_${name}`;
}

/** Whether a model may be called so. */
export function isModelName(text: string): boolean {
  return isPlainName(text) && !reserved.has(text);
}

/** The characters of a name, whatever its word means. */
export function isPlainName(text: string): boolean {
  return /^\w[\w-]{0,99}$/.test(text);
}
