import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BTC } from "../../test/items.ts";
import { askedFor, positionView, TICKS } from "../../test/positionViews.ts";
import type { ViewRow } from "../../test/positionViews.ts";
import managed from "./managed.ts";
import type { Proposals } from "./positionModule.ts";

/** 0.001 of 10,000 USDT, lost at 0.5 % of 20,000: 0.1 BTC in lots of 0.001. */
const LOTS = 100;
const asked = (rows: readonly ViewRow[], options: Readonly<Record<string, unknown>> = {}, approve = true): string[] =>
  askedFor(managed(options), rows, approve);
const one = (row: ViewRow, options?: Readonly<Record<string, unknown>>): string => asked([row], options)[0] as string;

describe("entering", () => {
  it.each<[string, ViewRow, string]>([
    ["a likely long", { lean: 0.7 }, `long ${LOTS}`],
    ["a likely short", { lean: -0.7 }, `short ${LOTS}`],
    ["nothing likely enough", { lean: 0.69 }, "-"],
    ["an entry under way", { entryPending: true }, "-"],
    ["a fifth of the day's loss left", { dayLossLeft: 0.2 }, `long ${LOTS / 5}`],
    ["nothing left of it", { dayLossLeft: 0 }, "waits: sized below the smallest order 0/20"],
    ["as much as risk allows", { maxQtyLots: 40 }, "long 40"],
    ["too small for the exchange", { equityUsdt: 20 }, "waits: sized below the smallest order 4/20"],
    ["no room, which the view says by itself", { maxQtyLots: 0 }, "-"],
    ["features that are not known are no reason not to", { natr: NaN }, `long ${LOTS}`],
  ])("%s", (_, row, said) => {
    expect(one(row)).toBe(said);
  });

  it.each<[string, number, ViewRow, string]>([
    ["an expected return that is enough", 0, { net: 0.0001 }, `long ${LOTS}`],
    ["one that is not", 0.001, { net: 0.0009 }, "waits: expected net return below minNetReturn 0.0009/0.001"],
    ["none is not enough", -1, { net: NaN }, "waits: expected net return below minNetReturn NaN/-1"],
  ])("with minNetReturn: %s", (_, minNetReturn, row, said) => {
    expect(one(row, { minNetReturn })).toBe(said);
  });

  it.each<[string, ViewRow, string]>([
    ["the likelier side is not asked", { lean: 0.9, net: 0.001, netOther: 0.002 }, `short ${LOTS}`],
    ["however unlikely", { lean: 0.1, net: 0.0001, netOther: -0.002 }, `long ${LOTS}`],
    ["neither pays", { lean: 0.9, net: 0, netOther: -0.001 }, "waits: expected net return below minNetReturn 0/0"],
    ["nothing is stated: probabilities decide", { lean: 0.7, net: NaN, netOther: NaN }, `long ${LOTS}`],
    ["nothing is stated, and nothing likely", { lean: 0.69, net: NaN, netOther: NaN }, "-"],
    ["one side alone is stated: probabilities decide", { lean: 0.1, net: 0.01, netOther: NaN }, "-"],
  ])("with enterBy netReturn: %s", (_, row, said) => {
    expect(one(row, { enterBy: "netReturn" })).toBe(said);
  });

  it("with enterBy netReturn: leaves when the other side is expected to pay, not when it is likely", () => {
    const held = { heldLots: LOTS, minute: 1, stopTicks: TICKS * 0.99 };
    expect(one({ ...held, lean: -0.9, net: 0.001, netOther: -0.001 }, { enterBy: "netReturn" })).toBe("-");
    expect(one({ ...held, lean: 0.9, net: -0.001, netOther: 0.001 }, { enterBy: "netReturn" })).toBe("exit signal");
    expect(one({ ...held, lean: -0.9, net: NaN, netOther: NaN }, { enterBy: "netReturn" })).toBe("exit signal");
  });

  it("with exitBySignal false: holds whatever L3 says", () => {
    const held = { heldLots: LOTS, minute: 1, stopTicks: TICKS * 0.99 };
    expect(one({ ...held, lean: -0.9 }, { exitBySignal: false })).toBe("-");
    expect(one({ ...held, lean: 0.9, net: -0.001, netOther: 0.001 }, { exitBySignal: false, enterBy: "netReturn" })).toBe("-");
  });

  it("risks what it says: the stop costs riskFraction of equity, whatever the stop's distance", () => {
    expect(one({}, { stopFraction: 0.0025 })).toBe(`long ${2 * LOTS}`);
    expect(one({}, { riskFraction: 0.002 })).toBe(`long ${2 * LOTS}`);
  });

  it("brings bracket, worst price and leverage", () => {
    const entries: unknown[] = [];
    const propose = { enter: (entry: unknown) => entries.push(entry) > 0 } as unknown as Proposals;
    const module = managed({ stopFraction: 0.004, targetFraction: 0.02, leverage: 3 });
    module.decide(module.init(BTC), positionView({}), propose);
    expect(entries).toEqual([
      { direction: 1, qtyLots: 125, bracket: { stopFraction: 0.004, targetFraction: 0.02 }, worstTicks: TICKS * 1.002, leverage: 3 },
    ]);
  });
});

describe("asking once", () => {
  const long = (minute: number): ViewRow => ({ minute, lean: 0.9 });
  it.each<[string, ViewRow[], string[]]>([
    [
      "a refused plan waits for the cool-down",
      [long(0), long(1), long(239), long(240), long(241)],
      [`long ${LOTS}`, "-", "-", `long ${LOTS}`, "-"],
    ],
    ["a signal that fades frees nothing", [long(0), { minute: 1, lean: 0 }, long(2)], [`long ${LOTS}`, "-", "-"]],
    [
      "the other side is free, and frees this one",
      [long(0), { minute: 1, lean: -0.9 }, long(2)],
      [`long ${LOTS}`, `short ${LOTS}`, `long ${LOTS}`],
    ],
    [
      "the cool-down counts from the last moment in a position",
      [long(0), { minute: 100, heldLots: LOTS, stopTicks: 199_000 }, long(241), long(339), long(340)],
      [`long ${LOTS}`, "-", "-", "-", `long ${LOTS}`],
    ],
  ])("%s", (_, rows, said) => {
    expect(asked(rows, {}, false)).toEqual(said);
  });
});

describe("managing", () => {
  // Opened at minute 0 at 20,000; a stop distance is 100 USDT, an ATR 12 USDT.
  const held: ViewRow = { heldLots: LOTS, stopTicks: TICKS * 0.995, minute: 10, lean: 0.3 };
  const short: ViewRow = { ...held, heldLots: -LOTS, stopTicks: TICKS * 1.005, lean: -0.3 };
  it.each<[string, ViewRow, string]>([
    ["holds", held, "-"],
    ["does not leave because the signal fades", { ...held, lean: 0 }, "-"],
    ["does not leave for want of an opinion", { ...held, lean: 0, ready: false }, "-"],
    ["leaves a long when L3 wants a short", { ...held, lean: -0.4 }, "exit signal"],
    ["not before", { ...held, lean: -0.39 }, "-"],
    ["leaves a short when L3 wants a long", { ...short, lean: 0.4 }, "exit signal"],
    ["holds a minute before the time limit", { ...held, minute: 359 }, "-"],
    ["leaves at the time limit", { ...held, minute: 360 }, "exit time-limit"],
    ["asks for nothing while an exit is on its way", { ...held, minute: 360, close: 20_200, exitPending: true }, "-"],
    ["scales in on strength", { ...held, close: 20_050.1, lean: 0.5 }, "scale in 50"],
    ["not without the signal", { ...held, close: 20_050.1, lean: 0.49 }, "-"],
    ["nor beyond what risk allows", { ...held, close: 20_050.1, lean: 0.5, maxQtyLots: 20 }, "scale in 20"],
    ["nor while an entry is on its way", { ...held, close: 20_050.1, lean: 0.5, entryPending: true }, "-"],
    ["scales a short in", { ...short, close: 19_949.9, lean: -0.5 }, "scale in 50"],
    ["a tick before break-even", { ...held, close: 20_099.9 }, "-"],
    ["break-even of a long", { ...held, close: 20_100.1 }, "stop 200240 break-even"],
    ["break-even of a short", { ...short, close: 19_899.9 }, "stop 199760 break-even"],
    ["break-even once", { ...held, close: 20_110, stopTicks: 200_240 }, "-"],
    // 150 USDT: half is taken, and the stop trails by 10 ATR, 0.6 % of the close.
    ["takes half and trails", { ...held, close: 20_150.1 }, "stop 200292 trailing-stop, reduce 50 take-half"],
    ["takes half and trails a short", { ...short, close: 19_849.9 }, "stop 199690 trailing-stop, reduce 50 take-half"],
    [
      "break-even where the trailing stop is farther",
      { ...held, close: 20_160, natr: 0.002 },
      "stop 200240 break-even, reduce 50 take-half",
    ],
    ["no trailing without ATR", { ...held, close: 20_160, natr: NaN }, "stop 200240 break-even, reduce 50 take-half"],
    ["too small to take part", { ...held, heldLots: 1, close: 20_110 }, "stop 200240 break-even"],
  ])("%s", (_, row, said) => {
    expect(one(row)).toBe(said);
  });

  it("trails the best completed close, never back, and leaves when the close is beyond the level", () => {
    const at = (minute: number, close: number, stopTicks: number): ViewRow => ({ ...held, minute, close, stopTicks });
    const rows = [at(1, 20_200, 199_000), at(2, 20_180, 200_788), at(3, 20_260, 200_788), at(4, 20_130, 201_384)];
    expect(asked(rows)).toEqual([
      "stop 200788 trailing-stop, reduce 50 take-half",
      "stop 200789 trailing-stop",
      "stop 201384 trailing-stop",
      "exit trailing-stop",
    ]);
  });

  it("takes part and scales in once a trade, whatever the gate says, and again in the next one", () => {
    const strong: ViewRow = { ...held, close: 20_060, lean: 0.9 };
    const far: ViewRow = { ...held, close: 20_160, lean: 0 };
    const again = { openedMinute: 20, minute: 30 };
    const rows = [strong, { ...strong, minute: 11 }, far, { ...far, minute: 12 }, { ...strong, ...again }];
    for (const approve of [true, false])
      expect(asked(rows, { breakEven: { atStops: 0 }, trail: { atrMultiple: 0 } }, approve)).toEqual([
        "scale in 50",
        "-",
        "reduce 50 take-half",
        "-",
        "scale in 50",
      ]);
  });

  it("does without what is switched off", () => {
    const off = { breakEven: { atStops: 0 }, trail: { atrMultiple: 0 }, part: { share: 0 }, scaleIn: { share: 0 } };
    expect(one({ ...held, close: 20_260, lean: 1 }, off)).toBe("-");
  });
});

describe("properties", () => {
  const anyRow: fc.Arbitrary<ViewRow> = fc.record({
    close: fc.integer({ min: 197_000, max: 203_500 }).map((ticks) => ticks / 10),
    lean: fc.double({ min: -1, max: 1, noNaN: true }),
    ready: fc.boolean(),
    natr: fc.oneof(fc.double({ min: 0, max: 0.003, noNaN: true }), fc.constant(NaN)),
    exitPending: fc.constantFrom(false, false, false, true),
    entryPending: fc.constantFrom(false, false, false, true),
    dayLossLeft: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const trade = fc.tuple(fc.constantFrom<1 | -1>(1, -1), fc.boolean(), fc.array(anyRow, { minLength: 1, maxLength: 80 }));

  it("never proposes a looser stop, never twice the same, whatever the gate answers and though the stop shows late", () => {
    fc.assert(
      fc.property(trade, ([side, approve, rows]) => {
        const stopTicks = TICKS * (1 - side * 0.005);
        const said = asked(
          rows.map((row, minute) => ({ ...row, minute, heldLots: side * LOTS, stopTicks })),
          {},
          approve,
        );
        const stops = said.flatMap((text) => [...text.matchAll(/stop (\d+)/g)].map(([, ticks]) => side * Number(ticks)));
        stops.forEach((stop, i) => {
          expect(stop).toBeGreaterThan(stops[i - 1] ?? side * stopTicks);
        });
      }),
    );
  });

  it("never asks twice: one part, one scale-in, nothing while an exit is on its way, one word when it leaves", () => {
    fc.assert(
      fc.property(trade, ([side, approve, rows]) => {
        const said = asked(
          rows.map((row, minute) => ({ ...row, minute, heldLots: side * LOTS })),
          {},
          approve,
        );
        const count = (what: RegExp): number => said.filter((text) => what.test(text)).length;
        expect(count(/reduce/)).toBeLessThanOrEqual(1);
        expect(count(/scale in/)).toBeLessThanOrEqual(1);
        said.forEach((text, i) => {
          if (rows[i]?.exitPending === true) expect(text).toBe("-");
          if (text.includes("exit")) expect(text).not.toContain(",");
        });
      }),
    );
  });

  it("asks for an entry once within a cool-down unless L3 wanted the other side in between", () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 120 }), (rows) => {
        const said = asked(
          rows.map((row, minute) => ({ ...row, minute })),
          {},
          false,
        );
        const entries = said.flatMap((text, i) => (/^(long|short) /.test(text) ? [{ i, side: text.split(" ")[0] }] : []));
        for (const [k, { i, side }] of entries.entries()) {
          const before = entries[k - 1];
          if (before?.side !== side) continue;
          const turned = rows.slice(before?.i, i + 1).some(({ lean = 0 }) => (side === "long" ? lean <= -0.4 : lean >= 0.4));
          expect(turned).toBe(true);
        }
      }),
    );
  });

  it("says the same again", () => {
    fc.assert(
      fc.property(trade, ([side, approve, rows]) => {
        const views = rows.map((row, minute) => ({ ...row, minute, heldLots: minute % 7 === 6 ? 0 : side * LOTS }));
        expect(asked(views, {}, approve)).toEqual(asked(views, {}, approve));
      }),
    );
  });
});

describe("options", () => {
  it.each([
    [{ stopFraction: 0 }, "position.options.stopFraction is 0: it must be a number > 0 and ≤ 0.5"],
    [{ trail: { atrMultiple: -1 } }, "position.options.trail.atrMultiple is -1: it must be a number ≥ 0"],
    [
      { trail: { multiple: 3 } },
      "position.options.trail.multiple is not an option of this module (did you mean atrMultiple?): it knows atStops, atrMultiple",
    ],
    [{ trail: 3 }, "position.options.trail is 3: it must be an object of options"],
    [{ exitBySignal: 0 }, "position.options.exitBySignal is 0: it must be true or false"],
    [{ enterBy: "luck" }, 'position.options.enterBy is "luck": it must be "probability" or "netReturn"'],
    [{ minNetReturn: "no" }, 'position.options.minNetReturn is "no": it must be a number'],
    [{ cooldown: 5 }, "position.options.cooldown is not an option of this module"],
  ])("refuses %o", (options, message) => {
    expect(() => managed(options)).toThrow(message);
  });
});
