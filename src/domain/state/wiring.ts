import { isObject, ownValue, sortOf } from "./structure.ts";

/**
 * What stands around a state and is not written: every fresh state has it again. Two states that one `init` made share it by identity
 * (modules, instruments, options, ports); functions that `init` made are each state's own, and count by their place.
 */
export interface Wiring {
  /** In the order of a walk through the fresh state: the same number names the same thing in every process with this code and config. */
  readonly parts: readonly object[];
  readonly placeOf: ReadonlyMap<object, number>;
  /** Of the instances that are there from the beginning. */
  readonly prototypes: readonly object[];
}

/**
 * Finds the wiring of `fresh` by comparison with `other`, a second state from the same `init`, which is only looked at. `more`: what the
 * caller hands to both (a step's way out).
 */
export const wiringOf = (fresh: unknown, other: unknown, more: readonly object[] = []): Wiring => new Walk().wiring(fresh, other, more);

class Walk {
  private readonly placeOf = new Map<object, number>();
  private readonly parts: object[] = [];
  private readonly prototypes = new Set<object>();
  private readonly seen = new Set<object>();
  private readonly pairs: [object, object][] = [];

  wiring(fresh: unknown, other: unknown, more: readonly object[]): Wiring {
    for (const part of more) this.part(part);
    this.pair(fresh, other);
    // Grows while it is walked.
    for (const [own, others] of this.pairs) this.inside(own, others);
    for (const part of this.parts) this.plainInside(part);
    return { parts: this.parts, placeOf: this.placeOf, prototypes: [...this.prototypes] };
  }

  private pair(own: unknown, others: unknown): void {
    if (!isObject(own)) return;
    if (own === others || typeof own === "function") this.part(own);
    else if (isObject(others) && !this.seen.has(own)) {
      this.seen.add(own);
      this.pairs.push([own, others]);
    }
  }

  private inside(own: object, others: object): void {
    const sort = sortOf(own);
    if (sort === undefined || sort !== sortOf(others)) return;
    if (sort === "instance") this.prototypes.add(Object.getPrototypeOf(own) as object);
    const inner = childrenOf(others);
    for (const [i, child] of childrenOf(own).entries()) this.pair(child, inner[i]);
  }

  private part(part: object): void {
    if (this.placeOf.has(part)) return;
    this.placeOf.set(part, this.parts.length);
    this.parts.push(part);
  }

  /** A state may come to hold a part of the wiring that it did not hold at first. Instances of classes are known as a whole only. */
  private plainInside(part: object): void {
    if (typeof part === "function") return;
    const sort = sortOf(part);
    if (sort === undefined || sort === "instance" || sort === "view" || sort === "buffer") return;
    for (const child of childrenOf(part)) if (isObject(child)) this.part(child);
  }
}

const childrenOf = (value: object): readonly unknown[] => {
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)].flat(1);
  if (value instanceof Set) return [...(value as Set<unknown>)];
  if (ArrayBuffer.isView(value)) return [value.buffer];
  return Object.keys(value).map((key) => ownValue(value, key));
};
