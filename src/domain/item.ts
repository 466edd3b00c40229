import type { Derived } from "./derived.ts";
import type { Event } from "./event.ts";
import { Kind } from "./kind.ts";

/** The end of a burst: every operator passes it on after emitting what it holds. */
interface Barrier {
  readonly kind: typeof Kind.barrier;
  readonly seq: number;
}

/** Everything that flows on the line. */
export type Item = Event | Derived | Barrier;
export type ItemOf<K extends Kind> = Extract<Item, { readonly kind: K }>;
/** Hands an item to the next operator. */
export type Emit = (item: Item) => void;

export const BARRIER: Barrier = { kind: Kind.barrier, seq: -1 };
