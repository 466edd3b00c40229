import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { strictly } from "./strictClass.ts";

interface Part {
  readonly name: string;
}
interface Whole {
  size: number;
  readonly part: Part;
  readonly list: Float64Array;
  add(more: number): number;
}
class Original implements Whole {
  size = 2;
  readonly part = { name: "inner" };
  readonly list = Float64Array.of(1);
  readonly hidden = 5;
  add(more: number): number {
    return this.size + more;
  }
}
const strictPart = strictly<Part>({ what: "part", names: ["name"] });
const strict = strictly<Whole>({
  what: "whole",
  names: ["size", "part", "list"],
  functions: ["add"],
  written: true,
  nested: { part: strictPart },
});

describe("a strict object", () => {
  it("shows what the original has at the moment, and writes through", () => {
    const original = new Original();
    const shown = strict(original);
    expect([shown.size, shown.add(3), shown.part.name, shown.list]).toEqual([2, 5, "inner", original.list]);
    shown.size = 7;
    expect([original.size, shown.add(3)]).toEqual([7, 10]);
    original.size = 8;
    expect(shown.size).toBe(8);
    expect(strict(new Original()).size).toBe(2);
  });

  it.each([
    ["read", "siez", /^whole has no siez \(did you mean size\?\)$/],
    ["read", "hidden", /^whole has no hidden \(it has size, part, list, add\)$/],
    ["write", "siez", /^whole has no siez \(did you mean size\?\)$/],
  ])("refuses to %s %s", (what, name, message) => {
    const shown = strict(new Original()) as unknown as Record<string, unknown>;
    expect(() => {
      if (what === "write") shown[name] = 1;
      else void shown[name];
    }).toThrow(message);
    expect(() => (strict(new Original()).part as unknown as Record<string, unknown>)["nmae"]).toThrow(
      "part has no nmae (did you mean name?)",
    );
  });

  it("answers what Node and the language ask of any object", async () => {
    const shown = strict(new Original());
    expect([Object.prototype.toString.call(shown), "siez" in shown, Object.hasOwn(shown, "size")]).toEqual([
      "[object Object]",
      false,
      false,
    ]);
    expect(JSON.parse(JSON.stringify(shown))).toMatchObject({ size: 2, part: { name: "inner" } });
    expect(inspect(shown)).toContain("size: 2");
    expect(await Promise.resolve(shown)).toBe(shown);
  });
});
