import { DecisionHash } from "../../src/engine/decisionHash.ts";

/** A decision hash that keeps every byte of its records. */
export class Recorded extends DecisionHash {
  readonly #parts: Uint8Array[] = [];

  /** Everything so far. */
  get records(): Buffer {
    return Buffer.concat([...this.#parts, this.recordedFrom(0)]);
  }

  protected override leaving(): void {
    this.#parts.push(this.recordedFrom(0).slice());
  }
}
