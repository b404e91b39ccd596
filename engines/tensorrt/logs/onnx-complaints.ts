import type { OnnxComplaint } from './report.ts';

/** Sources of the parser's own messages, which say nothing to a user: `ModelImporter.cpp:961: `. */
const sourcePrefix = /^(?:Error\[\d+\]: )?(?:\S+\.[ch]pp:\d+: )/;
const summaryLine =
  /In node -?\d+ with name: (.*?) and operator: (\S*) \(\w+\): (?:[A-Z_]+: )?(.*)/s;

/**
 * Collects what TensorRT's ONNX parser says about the node it cannot take:
 *
 *     While parsing node number 267 [Conv -> "out"]:
 *     --- Begin node ---
 *     input: "in"
 *     name: "stage1/block0/conv1"
 *     op_type: "Conv"
 *     --- End node ---
 *     ERROR: onnxOpImporters.cpp:1234 In function importConv:
 *     [8] Assertion failed: …
 *
 * or, from 10.x, one line: `In node 3 with name: … and operator: … (parseNode): UNSUPPORTED_NODE: …`.
 */
export class OnnxComplaints {
  #node = '';
  #op = '';
  #inDump = false;
  #afterError = false;
  #first: OnnxComplaint | undefined;

  /** The first node that was complained about. */
  get first(): OnnxComplaint | undefined {
    if (this.#first) return this.#first;
    return this.#node || this.#op ? { node: this.#node, op: this.#op, reason: '' } : undefined;
  }

  /** A line of an error message, marked or following one that is. */
  push(line: string): void {
    if (this.#first) return;
    const text = line.replace(sourcePrefix, '');
    if (this.#takeSummary(text) || this.#takeReason(text)) return;
    const [, op] = /^While parsing node number \d+ \[(\w+)/.exec(text) ?? [];
    if (op) this.#op = op;
    if (text.startsWith('--- Begin node ---')) this.#inDump = true;
    if (text.startsWith('--- End node ---')) this.#inDump = false;
    if (this.#inDump) this.#takeDumpLine(text);
    this.#afterError = /^ERROR: .*In function \w+:$/.test(text);
  }

  #takeDumpLine(text: string): void {
    // Attributes are indented; the node's own fields are not.
    const [, field, value = ''] = /^(name|op_type): "(.*)"$/.exec(text) ?? [];
    if (field === 'name') this.#node = value;
    if (field === 'op_type') this.#op = value;
  }

  #takeSummary(text: string): boolean {
    const [, node = '', op = '', reason = ''] = summaryLine.exec(text) ?? [];
    if (!reason) return false;
    this.#first = { node, op, reason };
    return true;
  }

  #takeReason(text: string): boolean {
    if (!this.#afterError || !text) return false;
    this.#first = { node: this.#node, op: this.#op, reason: text.replace(/^\[\d+\] /, '') };
    return true;
  }
}
