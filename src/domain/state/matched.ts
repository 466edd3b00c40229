import type { Saved, SavedObject } from "./saved.ts";
import { Reference } from "./saved.ts";
import { isObject, ownValue, sortOf, viewCodeOf } from "./structure.ts";
import type { Wiring } from "./wiring.ts";

/**
 * By written object: the fresh one that stands at the same path and is of the same kind. Paths that both graphs have are walked first and
 * alone, so the order in which the running line came to hold an object does not matter. Of two written objects that meet one fresh one the
 * first gets it.
 */
export const matched = (root: Saved, saved: readonly SavedObject[], fresh: unknown, wiring: Wiring): (object | undefined)[] => {
  const of: (object | undefined)[] = saved.map(() => undefined);
  const taken = new Set<object>();
  const pairs: [SavedObject, object][] = [];
  const pair = (value: Saved, own: unknown): boolean => {
    if (!(value instanceof Reference) || !isObject(own) || typeof own === "function" || wiring.placeOf.has(own)) return false;
    const { number } = value;
    const each = saved[number];
    if (each === undefined) throw new RangeError(`object ${number} is not there`);
    if (of[number] === own) return true;
    if (of[number] !== undefined || taken.has(own) || !isOfKind(own, each)) return false;
    // A view is where its buffer is.
    if (each.sort === "view" && !pair(each.buffer, (own as Uint8Array).buffer)) return false;
    of[number] = own;
    taken.add(own);
    pairs.push([each, own]);
    return true;
  };
  pair(root, fresh);
  // Grows while it is walked.
  for (const [each, own] of pairs) inside(each, own, pair);
  return of;
};

const inside = (saved: SavedObject, own: object, pair: (value: Saved, own: unknown) => unknown): void => {
  switch (saved.sort) {
    case "object":
      for (const [i, key] of saved.keys.entries()) pair(saved.values[i], ownValue(own, key));
      return;
    case "array":
      for (const [i, value] of saved.values.entries()) pair(value, (own as unknown[])[i]);
      return;
    case "map":
      for (let i = 0; i < saved.values.length; i += 2) {
        const key = saved.values[i];
        if (!(key instanceof Reference)) pair(saved.values[i + 1], (own as Map<unknown, unknown>).get(key));
      }
      return;
    default:
      return;
  }
};

const isOfKind = (own: object, saved: SavedObject): boolean => {
  const sort = sortOf(own);
  switch (saved.sort) {
    case "object":
      return (sort === "object" || sort === "instance") && Object.getPrototypeOf(own) === saved.prototype;
    case "buffer":
      return sort === "buffer" && (own as ArrayBuffer).byteLength === saved.bytes.length;
    case "view":
      return (
        sort === "view" &&
        viewCodeOf(own) === saved.code &&
        (own as Uint8Array).byteOffset === saved.byteOffset &&
        (own as Uint8Array).length === saved.length
      );
    case "shown":
      return false;
    default:
      return sort === saved.sort;
  }
};
