import { ByteWriter } from "./byteWriter.ts";
import { stateClassName, stateViewOf } from "./stateClass.ts";
import { classNameOf, sortOf, viewCodeOf } from "./structure.ts";
import type { VIEWS } from "./structure.ts";
import { ClassTag, SORTS, Tag } from "./tags.ts";
import type { Wiring } from "./wiring.ts";

/** What hangs on a state and is no data. */
export class StateError extends Error {
  override readonly name = "StateError";
  /** From the root on: `[7].members[0].state`. */
  readonly path: string;
  readonly what: string;
  constructor(path: string, what: string) {
    super(`state${path} is ${what}`);
    this.path = path;
    this.what = what;
  }
}

/**
 * Writes everything that hangs on `root` as one graph: what is shared stays shared, circles and shared buffers too. Parts of the wiring
 * are named by their place. The same graph gives the same bytes; keys stand in the order in which they were set. Throws a `StateError` with the path of what is no data: a function
 * that was made while the line ran, an instance of an unknown class, a symbol, a date.
 */
export const writeState = (root: unknown, wiring: Wiring): Uint8Array => new StateWriter(wiring).write(root);

class StateWriter {
  private readonly wiring: Wiring;
  private readonly out = new ByteWriter();
  private readonly numbers = new Map<object, number>();
  private readonly objects: object[] = [];
  /** By object: the one that it was found in, and where. */
  private readonly parents: number[] = [];
  private readonly keys: string[] = [];
  private readonly texts = new Map<string, number>();
  private readonly shapes = new Map<string, number>();
  private readonly prototypes: ReadonlyMap<object, number>;
  /** The object that is being written, and the place in it. */
  private from = -1;
  private key = "";

  constructor(wiring: Wiring) {
    this.wiring = wiring;
    this.prototypes = new Map(wiring.prototypes.map((prototype, i) => [prototype, i]));
  }

  write(root: unknown): Uint8Array {
    this.value(root);
    // Grows while it is walked.
    for (let i = 0; i < this.objects.length; i += 1) {
      this.from = i;
      this.object(this.objects[i] as object);
    }
    return this.out.written.slice();
  }

  private value(value: unknown): void {
    const { out } = this;
    switch (typeof value) {
      case "undefined":
        out.byte(Tag.undefined);
        return;
      case "boolean":
        out.byte(value ? Tag.true : Tag.false);
        return;
      case "number":
        this.number(value);
        return;
      case "string":
        out.byte(Tag.text);
        this.text(value);
        return;
      case "bigint":
        out.byte(Tag.bigint);
        this.text(value.toString());
        return;
      case "symbol":
        throw this.refused("a symbol");
      case "object":
      case "function":
        if (value === null) out.byte(Tag.null);
        else this.reference(value);
    }
  }

  private number(value: number): void {
    const { out } = this;
    if (Object.is(value, value | 0)) {
      out.byte(Tag.integer);
      out.count(value < 0 ? -2 * value - 1 : 2 * value);
      return;
    }
    out.byte(Tag.float64);
    out.float64(value);
  }

  /** A text is written where it comes first, and by its number afterwards. */
  private text(value: string): void {
    const known = this.texts.get(value);
    this.out.count(known ?? this.texts.size);
    if (known !== undefined) return;
    this.texts.set(value, this.texts.size);
    this.out.text(value);
  }

  private reference(value: object): void {
    const place = this.wiring.placeOf.get(value);
    if (place !== undefined) {
      this.out.byte(Tag.part);
      this.out.count(place);
      return;
    }
    if (typeof value === "function") throw this.refused("a function that was made while the line ran");
    this.out.byte(Tag.object);
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = this.objects.length;
      this.numbers.set(value, number);
      this.objects.push(value);
      this.parents.push(this.from);
      this.keys.push(this.key);
    }
    this.out.count(number);
  }

  private object(value: object): void {
    const sort = sortOf(value);
    this.key = "";
    if (sort === undefined) throw this.refused(`a ${classNameOf(value)}`);
    const prototype = Object.getPrototypeOf(value) as object | null;
    const view = prototype === null ? undefined : stateViewOf(prototype);
    this.out.byte(SORTS.indexOf(view !== undefined ? "shown" : prototype === null ? "bare" : sort));
    if (Object.getOwnPropertySymbols(value).length > 0) throw this.refused("an object with a symbol as key");
    if (view !== undefined) {
      this.text(view.name);
      this.value(view.shown(value));
      return;
    }
    switch (sort) {
      case "array":
        this.array(value as unknown[]);
        return;
      case "map":
        this.entries([...(value as Map<unknown, unknown>)].flat(1));
        return;
      case "set":
        this.entries([...(value as Set<unknown>)]);
        return;
      case "buffer":
        this.out.count((value as ArrayBuffer).byteLength);
        this.out.raw(new Uint8Array(value as ArrayBuffer));
        return;
      case "view":
        this.view(value as InstanceType<(typeof VIEWS)[number]>);
        return;
      case "instance":
        this.class(prototype as object);
        this.properties(value);
        return;
      case "object":
        this.properties(value);
    }
  }

  private properties(value: object): void {
    const keys = Object.keys(value);
    const shape = keys.map((key) => `${key.length}:${key}`).join();
    const known = this.shapes.get(shape);
    this.out.count(known ?? this.shapes.size);
    if (known === undefined) {
      this.shapes.set(shape, this.shapes.size);
      this.out.count(keys.length);
      for (const key of keys) this.text(key);
    }
    for (const key of keys) {
      this.key = `.${key}`;
      const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      if (property.get === undefined && property.set === undefined) this.value(property.value);
      else this.out.byte(Tag.getter);
    }
  }

  private array(value: readonly unknown[]): void {
    const { length } = value;
    this.out.count(length);
    let found = 0;
    for (let i = 0; i < length; i += 1) {
      this.key = `[${i}]`;
      if (i in value) {
        found += 1;
        this.value(value[i]);
      } else this.out.byte(Tag.hole);
    }
    this.key = "";
    if (Object.keys(value).length > found) throw this.refused("an array with properties besides its elements");
  }

  private entries(values: readonly unknown[]): void {
    this.out.count(values.length);
    for (const [i, value] of values.entries()) {
      this.key = `{${i}}`;
      this.value(value);
    }
  }

  private view(view: InstanceType<(typeof VIEWS)[number]>): void {
    this.out.byte(viewCodeOf(view));
    this.out.count(view.byteOffset);
    this.out.count(view.length);
    this.key = ".buffer";
    this.value(view.buffer);
  }

  private class(prototype: object): void {
    const fresh = this.prototypes.get(prototype);
    const name = stateClassName(prototype);
    const part = this.wiring.placeOf.get(prototype.constructor);
    if (fresh !== undefined) {
      this.out.byte(ClassTag.fresh);
      this.out.count(fresh);
    } else if (name !== undefined) {
      this.out.byte(ClassTag.named);
      this.text(name);
    } else if (part !== undefined) {
      this.out.byte(ClassTag.part);
      this.out.count(part);
    } else throw this.refused(`an instance of ${classNameOf(prototype)} that was made while the line ran`);
  }

  private refused(what: string): StateError {
    let path = this.key;
    for (let at = this.from; at >= 0; at = this.parents[at] as number) path = `${this.keys[at] as string}${path}`;
    return new StateError(path, what);
  }
}
