import { matched } from "./matched.ts";
import type { Saved, SavedObject } from "./saved.ts";
import { GETTER, HOLE, Part, Reference } from "./saved.ts";
import { stateViewNamed } from "./stateClass.ts";
import { VIEWS } from "./structure.ts";
import type { Wiring } from "./wiring.ts";

/** Puts a read graph over a fresh one (`readState`). */
export const overlay = (root: Saved, saved: readonly SavedObject[], fresh: unknown, wiring: Wiring): unknown => {
  const objects = matched(root, saved, fresh, wiring);
  const valueOf = (value: Saved): unknown => {
    if (value instanceof Reference) return objects[value.number];
    if (!(value instanceof Part)) return value;
    if (value.place >= wiring.parts.length) throw new RangeError(`a part of the wiring that is not there (${value.place})`);
    return wiring.parts[value.place];
  };
  for (const [i, each] of saved.entries()) if (each.sort !== "view" && each.sort !== "shown") objects[i] ??= made(each);
  for (const [i, each] of saved.entries()) {
    if (each.sort === "view" && objects[i] === undefined) {
      const View = VIEWS[each.code] as (typeof VIEWS)[number];
      objects[i] = new View(valueOf(each.buffer) as ArrayBuffer, each.byteOffset, each.length);
    }
  }
  for (const [i, each] of saved.entries()) {
    if (each.sort !== "shown") continue;
    const view = stateViewNamed(each.name);
    if (view === undefined) throw new RangeError(`a view of ${each.name} is not there`);
    objects[i] = view.show(valueOf(each.shown) as object);
  }
  for (const [i, each] of saved.entries()) fill(objects[i] as object, each, valueOf);
  return valueOf(root);
};

const made = (saved: SavedObject): object | undefined => {
  switch (saved.sort) {
    case "object":
      // A literal: objects that are made from a prototype are slower.
      return saved.prototype === Object.prototype ? {} : (Object.create(saved.prototype) as object);
    case "array":
      return [];
    case "map":
      return new Map();
    case "set":
      return new Set();
    case "buffer":
      return new ArrayBuffer(saved.bytes.length);
    default:
      return undefined;
  }
};

const fill = (target: object, saved: SavedObject, valueOf: (value: Saved) => unknown): void => {
  switch (saved.sort) {
    case "object":
      fillObject(target as Record<string, unknown>, saved.keys, saved.values, valueOf);
      return;
    case "array":
      fillArray(target as unknown[], saved.values, valueOf);
      return;
    case "map":
      (target as Map<unknown, unknown>).clear();
      for (let i = 0; i < saved.values.length; i += 2)
        (target as Map<unknown, unknown>).set(valueOf(saved.values[i]), valueOf(saved.values[i + 1]));
      return;
    case "set":
      (target as Set<unknown>).clear();
      for (const value of saved.values) (target as Set<unknown>).add(valueOf(value));
      return;
    case "buffer":
      new Uint8Array(target as ArrayBuffer).set(saved.bytes);
      return;
    default:
      return;
  }
};

/** Keys stand in the order in which they were set: whoever goes through them finds them as before. */
const fillObject = (
  target: Record<string, unknown>,
  keys: readonly string[],
  values: readonly Saved[],
  valueOf: (value: Saved) => unknown,
): void => {
  const own = Object.keys(target);
  const getters = new Map<string, PropertyDescriptor>();
  if (own.length !== keys.length || own.some((key, i) => key !== keys[i])) {
    for (const key of own) {
      const property = Object.getOwnPropertyDescriptor(target, key) as PropertyDescriptor;
      if (property.get !== undefined || property.set !== undefined) getters.set(key, property);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an object with keys of its own
      delete target[key];
    }
  }
  for (const [i, key] of keys.entries()) {
    const value = values[i];
    if (value === GETTER) {
      const getter = getters.get(key);
      if (getter !== undefined) Object.defineProperty(target, key, getter);
      else if (!Object.hasOwn(target, key)) throw new RangeError(`.${key} was a getter, and no fresh object has it`);
    } else set(target, key, valueOf(value));
  }
};

const set = (target: Record<string, unknown>, key: string, value: unknown): void => {
  const has = Object.hasOwn(target, key);
  if (has && Object.is(target[key], value)) return;
  // `__proto__`, or what a class has a setter for.
  if (!has && key in target) Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
};

const fillArray = (target: unknown[], values: readonly Saved[], valueOf: (value: Saved) => unknown): void => {
  if (target.length === values.length && values.every((value, i) => value !== HOLE && i in target && Object.is(target[i], valueOf(value))))
    return;
  target.length = 0;
  for (const [i, value] of values.entries()) if (value !== HOLE) target[i] = valueOf(value);
  if (target.length < values.length) target.length = values.length;
};
