import { StringDecoder } from 'node:string_decoder';

/** A tool that prints without line ends is cut here, so that memory stays bounded. */
const longestLine = 1 << 16;

/**
 * Cuts a stream of UTF-8 bytes into lines, wherever its chunks end. LF, CRLF and a lone CR (a progress line that rewrites itself) end a line;
 * bytes that are not UTF-8 become U+FFFD; lines over 65,536 characters are cut.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** The lines that these bytes complete, without their ends. */
  push(bytes: Uint8Array): string[] {
    this.#rest += this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    // A CR at the end may be the first half of CRLF: it waits for the next bytes.
    const lines = this.#rest.split(/\r?\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    while (this.#rest.length > longestLine) {
      lines.push(this.#rest.slice(0, longestLine));
      this.#rest = this.#rest.slice(longestLine);
    }
    return lines;
  }

  /** What stood after the last line end. */
  end(): string[] {
    const rest = (this.#rest + this.#decoder.end()).replace(/\r$/, '');
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}
