import { stateView } from "../../../domain/state/stateClass.ts";
import { nearestName } from "../../../domain/nearestName.ts";
import { ModuleRefusal } from "../modulePlace.ts";

type Wrap = (value: never) => object;

/** Members of a strict object: their names, and which are functions, may be written, or are strict objects themselves. */
interface Shown {
  readonly what: string;
  readonly names: readonly string[];
  readonly functions?: readonly string[];
  readonly written?: boolean;
  readonly nested?: Readonly<Record<string, Wrap>>;
}

/**
 * A function that shows an object under its documented names alone: another name, read or written, is an Error with the nearest one.
 *
 * It makes an object of a class of its own that holds the original in a private field, with a getter for each name; what reaches the end
 * of its prototypes is unknown. The class is text, so that V8 sees each getter at places of its own, as with the chain of the line
 * (docs/decisions.md, 1); it then removes the object altogether: 1 ns a bar where a module is inlined.
 */
export const strictly = <T extends object>({ what, names, functions = [], written = false, nested = {} }: Shown): ((original: T) => T) => {
  const members = [
    ...names.map((name) => {
      const value = `this.#of.${name}`;
      const read = `get ${name}() { return ${Object.hasOwn(nested, name) ? `nested.${name}(${value})` : value}; }`;
      return written ? `${read} set ${name}(value) { ${value} = value; }` : read;
    }),
    ...functions.map((name) => `${name}(a, b, c, d) { return this.#of.${name}(a, b, c, d); }`),
    `toJSON() { return { ${names.map((name) => `${name}: this.${name}`).join(", ")} }; }`,
    `[inspect]() { return this.toJSON(); }`,
  ];
  const text = `"use strict"; return class { #of; constructor(original) { this.#of = original; } static of(shown) { return shown.#of; } ${members.join("\n")} };`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above
  const make = new Function("nested", "inspect", text) as (...parts: unknown[]) => (new (original: T) => T) & { of(shown: object): object };
  const Strict = make(nested, Symbol.for("nodejs.util.inspect.custom"));
  Object.setPrototypeOf(Strict.prototype as object, unknownNames(what, [...names, ...functions]));
  // A module may keep what it was shown: a checkpoint writes the original.
  stateView(Strict.prototype as object, {
    name: `${what} ${names.join(" ")}`,
    shown: (view) => Strict.of(view),
    show: (original) => new Strict(original as T),
  });
  return (original) => new Strict(original);
};

/** Stands at the end of the prototypes. What every object has is asked of it by Node and by language itself. */
const unknownNames = (what: string, names: readonly string[]): object =>
  new Proxy(Object.prototype, {
    get: (target, name, self) => {
      if (typeof name === "symbol" || name === "then" || name in target) return Reflect.get(target, name, self) as unknown;
      throw new ModuleRefusal(`${what} has no ${name}${hint(name, names)}`);
    },
    set: (_, name) => {
      throw new ModuleRefusal(`${what} has no ${String(name)}${hint(String(name), names)}`);
    },
  });

const hint = (name: string, names: readonly string[]): string => {
  const nearest = nearestName(name, names);
  return nearest === undefined ? ` (it has ${names.join(", ")})` : ` (did you mean ${nearest}?)`;
};
