/** A written graph as it was read, before it is put over a fresh one. */

/** An object of the graph, by its number. */
export class Reference {
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}

/** A part of the wiring, by its place. */
export class Part {
  readonly place: number;
  constructor(place: number) {
    this.place = place;
  }
}

export const HOLE = Symbol("no element");
export const GETTER = Symbol("computed");

export type Saved = undefined | null | boolean | number | string | bigint | Reference | Part | typeof HOLE | typeof GETTER;

export type SavedObject =
  | {
      readonly sort: "object";
      readonly prototype: object | null;
      readonly keys: readonly string[];
      readonly values: readonly Saved[];
    }
  /** Of a map: keys and values in turn. */
  | { readonly sort: "array" | "map" | "set"; readonly values: readonly Saved[] }
  | { readonly sort: "shown"; readonly name: string; readonly shown: Saved }
  | { readonly sort: "buffer"; readonly bytes: Uint8Array }
  | { readonly sort: "view"; readonly code: number; readonly byteOffset: number; readonly length: number; readonly buffer: Saved };
