import { ByteReader } from "./byteReader.ts";
import { overlay } from "./overlay.ts";
import type { Saved, SavedObject } from "./saved.ts";
import { GETTER, HOLE, Part, Reference } from "./saved.ts";
import { statePrototype } from "./stateClass.ts";
import { ClassTag, SORTS, Tag } from "./tags.ts";
import type { Wiring } from "./wiring.ts";

/**
 * Puts a written state over a fresh one, whose wiring is `wiring`, and returns it. Objects that both have at the same path are those of the
 * fresh state, written in place: whoever holds them (a port, a function that `init` made) sees the state. The rest is made. Bytes of another layout or another
 * wiring throw a `RangeError`.
 */
export const readState = (bytes: Uint8Array, fresh: unknown, wiring: Wiring): unknown => {
  const { root, objects } = new StateReader(bytes, wiring).read();
  return overlay(root, objects, fresh, wiring);
};

class StateReader {
  private readonly wiring: Wiring;
  private readonly from: ByteReader;
  private readonly texts: string[] = [];
  private readonly shapes: string[][] = [];
  /** Objects that something refers to. */
  private named = 0;

  constructor(bytes: Uint8Array, wiring: Wiring) {
    this.from = new ByteReader(bytes);
    this.wiring = wiring;
  }

  read(): { readonly root: Saved; readonly objects: readonly SavedObject[] } {
    const root = this.value();
    const objects: SavedObject[] = [];
    while (objects.length < this.named) objects.push(this.object());
    return { root, objects };
  }

  private value(): Saved {
    const { from } = this;
    const tag = from.byte();
    switch (tag) {
      case Tag.undefined:
        return undefined;
      case Tag.null:
        return null;
      case Tag.false:
        return false;
      case Tag.true:
        return true;
      case Tag.integer: {
        const code = from.count();
        return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
      }
      case Tag.float64:
        return from.float64();
      case Tag.text:
        return this.text();
      case Tag.bigint:
        return BigInt(this.text());
      case Tag.object: {
        const number = from.count();
        this.named = Math.max(this.named, number + 1);
        return new Reference(number);
      }
      case Tag.part:
        return new Part(from.count());
      case Tag.hole:
        return HOLE;
      case Tag.getter:
        return GETTER;
      default:
        throw new RangeError(`no value is written with tag ${tag}`);
    }
  }

  private values(count: number): Saved[] {
    return Array.from({ length: count }, () => this.value());
  }

  private text(): string {
    const number = this.from.count();
    return number < this.texts.length ? (this.texts[number] as string) : this.newText();
  }

  private newText(): string {
    const text = this.from.text();
    this.texts.push(text);
    return text;
  }

  private object(): SavedObject {
    const { from } = this;
    const sort = SORTS[from.byte()];
    switch (sort) {
      case "object":
        return { sort, prototype: Object.prototype, ...this.properties() };
      case "bare":
        return { sort: "object", prototype: null, ...this.properties() };
      case "instance":
        return { sort: "object", prototype: this.prototype(), ...this.properties() };
      case "array":
      case "map":
      case "set":
        return { sort, values: this.values(from.count()) };
      case "buffer":
        return { sort, bytes: from.raw(from.count()) };
      case "view": {
        const [code, byteOffset, length] = [from.byte(), from.count(), from.count()];
        const buffer = this.value();
        return { sort, code, byteOffset, length, buffer };
      }
      case "shown": {
        const name = this.text();
        return { sort, name, shown: this.value() };
      }
      default:
        throw new RangeError("an object of no known sort");
    }
  }

  private properties(): { readonly keys: readonly string[]; readonly values: readonly Saved[] } {
    const number = this.from.count();
    const keys = (this.shapes[number] ??= Array.from({ length: this.from.count() }, () => this.text()));
    return { keys, values: this.values(keys.length) };
  }

  private prototype(): object {
    const tag = this.from.byte();
    const found =
      tag === ClassTag.fresh
        ? this.wiring.prototypes[this.from.count()]
        : tag === ClassTag.named
          ? statePrototype(this.text())
          : (this.wiring.parts[this.from.count()] as { readonly prototype?: object } | undefined)?.prototype;
    if (found === undefined) throw new RangeError("an instance of a class that is not there");
    return found;
  }
}
