import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readState } from "./readState.ts";
import { stateClass, stateView } from "./stateClass.ts";
import { wiringOf } from "./wiring.ts";
import { StateError, writeState } from "./writeState.ts";

/** What `init` made, run on by `run`, written, and put over what `init` makes in another process. */
const restored = <S>(
  init: () => S,
  run: (state: S) => void,
): { readonly ran: S; readonly fresh: S; readonly back: S; readonly bytes: Uint8Array } => {
  const ran = init();
  const bytesOf = wiringOf(ran, init());
  run(ran);
  const bytes = writeState(ran, bytesOf);
  const fresh = init();
  const wiring = wiringOf(fresh, init());
  const back = readState(bytes, fresh, wiring) as S;
  expect(Buffer.compare(writeState(back, wiring), bytes)).toBe(0);
  return { ran, fresh, back, bytes };
};
const roundTrip = <T>(value: T): T =>
  restored(
    (): { value: T | null } => ({ value: null }),
    (state) => void (state.value = value),
  ).back.value as T;

describe("values", () => {
  it.each<[string, unknown]>([
    ["numbers", [0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 0.1, NaN, Infinity, -Infinity, 5e-324]],
    ["the rest", [undefined, null, true, false, 10n ** 40n, -1n, "", "é", "\ud800", "💥", "a".repeat(10_000)]],
    ["holes and absent keys", [Object.assign([], { 2: 1, length: 4 }), { a: undefined }, {}]],
    ["an object without a prototype", Object.assign(Object.create(null) as object, { a: 1 })],
    ["a key that is a setter elsewhere", JSON.parse('{"__proto__": 1, "constructor": 2}')],
    [
      "maps and sets",
      [
        new Map<unknown, unknown>([
          [NaN, 1],
          [{}, "x"],
        ]),
        new Set([1, "1", undefined]),
      ],
    ],
  ])("%s come back", (_, value) => {
    const back = roundTrip(value);
    expect(back).toStrictEqual(value);
    if (_ === "numbers")
      expect((back as number[]).map((each) => Object.is(each, -0))).toEqual((value as number[]).map((each) => Object.is(each, -0)));
    if (_ === "holes and absent keys")
      expect([0 in (back as unknown[][])[0]!, "a" in (back as object[])[1]!, "a" in (back as object[])[2]!]).toEqual([false, true, false]);
  });

  it("keeps the bits of a NaN in a typed array", () => {
    const bits = new BigUint64Array([0x7ff8_0000_dead_beefn]);
    const back = roundTrip(new Float64Array(bits.buffer));
    expect(new BigUint64Array(back.buffer)[0]).toBe(bits[0]);
  });

  /** Any graph: each node is an object, array, map, set or view, and refers to any others. */
  const graph = fc
    .array(
      fc.record({
        sort: fc.constantFrom("object", "array", "map", "set", "view", "same buffer"),
        to: fc.array(fc.oneof(fc.nat(30), fc.double(), fc.string(), fc.constantFrom(null, undefined, true, -0, 7n)), { maxLength: 5 }),
      }),
      { minLength: 1, maxLength: 20 },
    )
    .map((nodes) => {
      const shared = new ArrayBuffer(64);
      const made = nodes.map(({ sort }): unknown =>
        sort === "object"
          ? {}
          : sort === "array"
            ? []
            : sort === "map"
              ? new Map()
              : sort === "set"
                ? new Set()
                : sort === "view"
                  ? new Float32Array(3)
                  : new Uint16Array(shared, 2, 9),
      );
      for (const [i, { to }] of nodes.entries()) {
        const own = made[i];
        for (const [k, each] of to.entries()) {
          const value = typeof each === "number" && Number.isInteger(each) && each < made.length ? made[each] : each;
          if (Array.isArray(own)) own.push(value);
          else if (own instanceof Map) own.set(k % 2 === 0 ? value : `k${k}`, value);
          else if (own instanceof Set) own.add(value);
          else if (ArrayBuffer.isView(own)) (own as Uint16Array)[k % 3] = k * 77;
          else (own as Record<string, unknown>)[`k${k}`] = value;
        }
      }
      return made;
    });

  /** Each object by the place at which a walk meets it first: equal for equal graphs with equal sharing. */
  const picture = (root: unknown): string => {
    const seen = new Map<object, number>();
    const show = (value: unknown): string => {
      if (typeof value === "bigint") return `${value}n`;
      if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : `${typeof value} ${String(value)}`;
      const known = seen.get(value);
      if (known !== undefined) return `#${known}`;
      seen.set(value, seen.size);
      const name = Object.prototype.toString.call(value);
      if (ArrayBuffer.isView(value))
        return `${name}(${value.byteOffset}, ${Buffer.from(value.buffer as ArrayBuffer).toString("hex")} ${show(value.buffer)})`;
      const inside: unknown[] =
        value instanceof Map ? [...value].flat(1) : value instanceof Set ? [...value] : Object.entries(value).flat(1);
      return `${name}(${inside.map(show).join()})`;
    };
    return show(root);
  };

  it("any graph comes back with its sharing and circles, over any fresh one", () => {
    fc.assert(
      fc.property(graph, graph, (value, before) => {
        // Over a fresh state that is something else, and over one that looks the same.
        expect(picture(roundTrip(value))).toBe(picture(value));
        const { back } = restored(
          () => ({ value: structuredClone(before) }),
          (state) => void (state.value = value),
        );
        expect(picture(back.value)).toBe(picture(value));
      }),
      { numRuns: 150 },
    );
  });
});

class Ring {
  readonly values = new Float64Array(4);
  at = 0;
  push(value: number): void {
    this.values[this.at++ % 4] = value;
  }
}
class Late {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}
class Unknown {
  readonly id = 1;
}

describe("over a fresh state", () => {
  it("writes in place what was there: whoever holds it sees the state", () => {
    // A port and a closure hold what `init` made, as a venue does.
    const port = { desk: null as { orders: string[] } | null };
    const init = (): { desk: { orders: string[] }; count: () => number; ring: Ring } => {
      const desk = { orders: [] as string[] };
      port.desk = desk;
      return { desk, count: () => desk.orders.length, ring: new Ring() };
    };
    const { fresh, back } = restored(init, ({ desk, ring }) => {
      desk.orders.push("a", "b");
      ring.push(3);
    });
    expect(back).toBe(fresh);
    expect(back.count()).toBe(2);
    expect(back.ring).toBeInstanceOf(Ring);
    back.ring.push(4);
    expect([...back.ring.values]).toEqual([3, 4, 0, 0]);
  });

  it("does not write what two states of one init share", () => {
    const module = { name: "m", seen: 0, levels: [{ up: 1 }, { up: 2 }] };
    const { back, bytes } = restored(
      () => ({ module, own: { n: 0 }, level: null as { up: number } | null }),
      (state) => {
        state.own.n = 5;
        // Deeper in the wiring than what the state held at first.
        state.level = module.levels[1] as { up: number };
      },
    );
    expect(back.module).toBe(module);
    expect(back.level).toBe(module.levels[1]);
    expect(back.own).toEqual({ n: 5 });
    expect(Buffer.from(bytes).includes("levels")).toBe(false);
  });

  it("one object that two hold stays one, also where the fresh state has two", () => {
    const { back } = restored(
      () => ({ a: { n: 1 }, b: { n: 2 } }),
      (state) => void (state.b = state.a),
    );
    expect(back.b).toBe(back.a);
    const parted = restored(
      () => {
        const one = { n: 1 };
        return { a: one, b: one };
      },
      (state) => void (state.b = { n: 7 }),
    ).back;
    expect([parted.a, parted.b]).toEqual([{ n: 1 }, { n: 7 }]);
    expect(parted.a).not.toBe(parted.b);
  });

  it("views of one buffer are views of one buffer", () => {
    const init = (): { head: Float64Array; tail: Float64Array } => {
      const buffer = new ArrayBuffer(64);
      return { head: new Float64Array(buffer, 0, 4), tail: new Float64Array(buffer, 16, 6) };
    };
    const { fresh, back } = restored(init, ({ head }) => void (head[2] = 9));
    expect(back.tail[0]).toBe(9);
    expect(back.head).toBe(fresh.head);
    const moved = restored(init, (state) => {
      state.head = new Float64Array(state.tail.buffer, 8, 2);
    }).back;
    moved.head[1] = 4;
    expect(moved.tail[0]).toBe(4);
  });

  it("keys stand in the order in which they were set, and keys that went are gone", () => {
    const { back } = restored(
      (): Record<string, number> => ({ a: 1, b: 2, c: 3 }),
      (state) => {
        delete state["a"];
        state["d"] = 4;
        state["a"] = 5;
      },
    );
    expect(Object.entries(back)).toEqual([
      ["b", 2],
      ["c", 3],
      ["d", 4],
      ["a", 5],
    ]);
  });

  it("instances that a step makes later need a name, or the class in the wiring", () => {
    stateClass("test.Late", Late);
    const late = restored(
      (): { orders: object[] } => ({ orders: [] }),
      ({ orders }) => void orders.push(new Late(3)),
    ).back;
    expect(late.orders).toEqual([new Late(3)]);
    expect(late.orders[0]).toBeInstanceOf(Late);
    const module = { classes: [Unknown] };
    const known = restored(
      (): { module: object; made: object | null } => ({ module, made: null }),
      (state) => void (state.made = new Unknown()),
    ).back;
    expect(known.made).toBeInstanceOf(Unknown);
    expect(() => {
      stateClass("test.Late", Unknown);
    }).toThrow("two classes of state are called test.Late");
  });
});

class View {
  readonly #of: { n: number };
  constructor(of: { n: number }) {
    this.#of = of;
  }
  get n(): number {
    return this.#of.n;
  }
  static of(view: View): object {
    return view.#of;
  }
}

it("a view is written as what it shows, wherever that lies", () => {
  stateView(View.prototype, { name: "test.View", shown: (view) => View.of(view as View), show: (of) => new View(of as { n: number }) });
  const module = { n: 1 };
  const { back } = restored(
    () => ({ module, own: { n: 2 }, views: [] as View[], wired: new View(module) }),
    (state) => {
      state.own.n = 3;
      state.views.push(new View(state.own), new View({ n: 9 }), state.wired);
    },
  );
  expect(back.views.map(({ n }) => n)).toEqual([3, 9, 1]);
  expect(back.views[2]).toBe(back.wired);
  back.own.n = 4;
  module.n = 5;
  expect(back.views.map(({ n }) => n)).toEqual([4, 9, 5]);
});

class Extended extends Map {}

it.each<[string, unknown, string, string]>([
  ["a function", { phase: () => 1 }, ".value.phase", "a function that was made while the line ran"],
  ["an unknown class", [0, { made: new Unknown() }], ".value[1].made", "an instance of Unknown that was made while the line ran"],
  ["a symbol", [Symbol("x")], ".value[0]", "a symbol"],
  ["a symbol as key", { [Symbol.iterator]: 1 }, ".value", "an object with a symbol as key"],
  ["a date", { at: new Date(0) }, ".value.at", "a Date"],
  ["a promise", new Map([["p", Promise.resolve()]]), ".value{1}", "a Promise"],
  ["a weak map", new WeakMap(), ".value", "a WeakMap"],
  ["memory that threads share", new Uint8Array(new SharedArrayBuffer(8)), ".value.buffer", "a SharedArrayBuffer"],
  ["a class that extends a built-in one", new Extended(), ".value", "a Extended"],
  ["a buffer of Node", Buffer.from("x"), ".value", "a Buffer"],
  ["an array with names", Object.assign([1], { name: 1 }), ".value", "an array with properties besides its elements"],
])("%s in a state is refused with its path", (_, value, path, what) => {
  const error = ((): unknown => {
    try {
      return roundTrip(value);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(StateError);
  expect(error).toMatchObject({ path, what });
});

it("a long chain of objects does not overflow the stack", () => {
  interface Link {
    next: Link | null;
  }
  let first: Link = { next: null };
  for (let i = 0; i < 100_000; i += 1) first = { next: first };
  let length = 0;
  for (let at: Link | null = roundTrip(first); at !== null; at = at.next) length += 1;
  expect(length).toBe(100_001);
});

it.each([
  ["cut off", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 3)],
  ["of another layout", () => Uint8Array.of(99)],
])("bytes that are %s throw", (_, change) => {
  const init = (): object => ({ a: { b: "text" }, c: [1, 2, 0.5] });
  const wiring = wiringOf(init(), init());
  expect(() => readState(change(writeState(init(), wiring)), init(), wiring)).toThrow(RangeError);
});
