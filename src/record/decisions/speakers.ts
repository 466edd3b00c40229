import { BELIEF_LAYERS } from "../../../models/serving.ts";
import type { BeliefLayer } from "../../../models/serving.ts";
import { textOf } from "../../store/output/partTable.ts";

/** A member as a table names it, with what it is exactly. */
export interface NamedVersion {
  readonly name: string;
  readonly version: string;
}

interface Said {
  readonly member: string;
  readonly fallback: string;
}

const PARTS = ["Member", "Version", "Fallback"] as const;
type Part = (typeof PARTS)[number];
const NONE = -1;

/** Columns of who spoke for each layer at a bar, and why it was not the member that serves: as indexes into the texts seen so far. */
export class Speakers {
  readonly columns: readonly string[] = BELIEF_LAYERS.flatMap((layer) => PARTS.map((part) => layer + part));
  readonly #nameOf: (layer: BeliefLayer, member: string) => NamedVersion;
  readonly #texts = new Map<string, string[]>();

  /** `nameOf`: how the table names a member that calls itself so. */
  constructor(nameOf: (layer: BeliefLayer, member: string) => NamedVersion) {
    this.#nameOf = nameOf;
  }

  /** Fills a row of the columns, which begin at `from`; null: the layer did not speak. */
  take(said: Readonly<Record<BeliefLayer, Said | null>>, data: readonly Float64Array[], from: number, row: number): void {
    for (const [index, layer] of BELIEF_LAYERS.entries()) {
      const own = said[layer];
      const at = from + index * PARTS.length;
      const named = own === null ? null : this.#nameOf(layer, own.member);
      this.#set(data[at], row, layer, "Member", named?.name ?? "");
      this.#set(data[at + 1], row, layer, "Version", named?.version ?? "");
      this.#set(data[at + 2], row, layer, "Fallback", own?.fallback ?? "");
    }
  }

  /** SQL of the columns: their texts, NULL where there is none. */
  types(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.columns.map((column) => [column, textOf(column, this.#texts.get(column) ?? [""])]));
  }

  #set(column: Float64Array | undefined, row: number, layer: BeliefLayer, part: Part, text: string): void {
    if (column !== undefined) column[row] = text === "" ? NONE : this.#indexOf(layer + part, text);
  }

  #indexOf(column: string, text: string): number {
    const texts = this.#texts.get(column) ?? [];
    if (texts.length === 0) this.#texts.set(column, texts);
    const at = texts.indexOf(text);
    return at >= 0 ? at : texts.push(text) - 1;
  }
}
