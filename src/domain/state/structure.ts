/** How objects are taken apart: what is plain data, and what cannot be data at all. */

type Numbers =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;
type NumbersClass = new (buffer: ArrayBuffer, byteOffset: number, length: number) => Numbers;

/** The place in this list is written. */
export const VIEWS: readonly NumbersClass[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];
const VIEW_PROTOTYPES = VIEWS.map((view) => view.prototype as object);

type Sort = "object" | "array" | "map" | "set" | "buffer" | "view" | "instance";

/** What has a life of its own inside the engine: its own properties are not all of it. */
const OPAQUE: ReadonlySet<object> = new Set<object>(
  [Array, Map, Set, Date, RegExp, Promise, WeakMap, WeakSet, WeakRef, ArrayBuffer, SharedArrayBuffer, DataView, Error].map(
    (each) => each.prototype as object,
  ),
);
const TYPED = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** Undefined: it is no data (a date, a promise, a buffer that threads share, a class that extends a built-in one). */
export const sortOf = (value: object): Sort | undefined => {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return "object";
  if (prototype === Array.prototype) return "array";
  if (prototype === Map.prototype) return "map";
  if (prototype === Set.prototype) return "set";
  if (prototype === ArrayBuffer.prototype) return "buffer";
  if (VIEW_PROTOTYPES.includes(prototype)) return "view";
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null)
    if (OPAQUE.has(at) || at === TYPED) return undefined;
  return "instance";
};

export const viewCodeOf = (view: object): number => VIEW_PROTOTYPES.indexOf(Object.getPrototypeOf(view) as object);

export const isObject = (value: unknown): value is object => (typeof value === "object" && value !== null) || typeof value === "function";

/** The value of an own property; undefined for one that is computed by a getter. */
export const ownValue = (object: object, key: string): unknown => Object.getOwnPropertyDescriptor(object, key)?.value as unknown;

/** How a message names what it is about. */
export const classNameOf = (value: object): string => {
  const { constructor } = value as { readonly constructor?: { readonly name?: string } };
  return constructor?.name ?? "object without a class";
};
