import { describe, expect, it } from "vitest";
import { watchedOptions } from "./watchedOptions.ts";

const given = { low: 30, lowww: 25, trail: { atr: 3, multiple: 2 }, list: [1, { a: 1 }], none: {} };
type Loose = Record<string, never> & { trail: Record<string, number> };

describe("options that know what was read", () => {
  it("names what was given and never read, within groups too", () => {
    const watched = watchedOptions(given);
    const options = watched.options as Loose;
    void options["low"];
    void options.trail["atr"];
    void options["list"];
    expect(watched.unread()).toEqual(["lowww", "trail.multiple", "none"]);
    expect(watched.read()).toEqual(["list", "low", "trail"]);
  });

  it.each<[string, (options: Loose) => unknown]>([
    ["a spread", (options) => ({ ...options })],
    ["JSON", (options) => JSON.stringify(options)],
    ["Object.keys", (options) => Object.keys(options)],
    ["entries", (options) => Object.entries(options)],
    [
      "for in",
      (options) => {
        for (const _ in options) return;
      },
    ],
  ])("%s reads all of them", (_, use) => {
    const watched = watchedOptions(given);
    use(watched.options as Loose);
    expect(watched.unread()).toEqual([]);
  });

  it("reads by destructuring with the rest, by `in`, and in a group that is listed", () => {
    const watched = watchedOptions({ a: 1, b: 2, group: { c: 3, d: 4 }, e: 5 });
    const options = watched.options as { a?: number; group: object; e?: number };
    const { a } = options;
    expect([a, "b" in options, Object.keys(options.group)]).toEqual([1, true, ["c", "d"]]);
    expect(watched.unread()).toEqual(["e"]);
    const { a: first, ...rest } = watchedOptions({ a: 1, b: 2 }).options as { a: number; b: number };
    expect([first, rest]).toEqual([1, { b: 2 }]);
  });

  it("knows the nearest name that was read and not given", () => {
    const watched = watchedOptions({ lowww: 25, high: 70, trail: { multiple: 2 }, quite: 1 });
    const options = watched.options as Loose;
    void [options["low"], options["high"], options.trail["multiples"], options["hihg"]];
    expect(watched.meant("lowww")).toBe("low");
    expect(watched.meant("trail.multiple")).toBe("trail.multiples");
    expect(watched.meant("quite")).toBeUndefined();
  });

  it("gives the values as they are, and a copy that does not reach the config", () => {
    const own = { a: 1, group: { b: [1, 2] } };
    const options = watchedOptions(own).options as { a: number; group: { b: number[] } };
    expect(options).toEqual(own);
    options.group.b.push(3);
    options.a = 2;
    expect(own).toEqual({ a: 1, group: { b: [1, 2] } });
    expect("toString" in options && typeof options.toString).toBe("function");
  });
});
