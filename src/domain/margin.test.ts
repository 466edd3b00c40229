import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNIT } from "../../test/venueDesk.ts";
import { bracketsOf } from "../venues/binance/leverageBrackets.ts";
import type { Instrument, MarginBracket } from "./instrument.ts";
import { bracketFor } from "./instrument.ts";
import type { MarginInput } from "./margin.ts";
import { fundingFeeUsdt, isolatedLiquidationPrice, liquidationPrice, maintenanceMarginUsdt, maxNotionalUsdt } from "./margin.ts";
import type { Direction } from "./units.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/binance/${name}.json`, import.meta.url), "utf8"));

type Symbol = "BTCUSDT" | "ETHUSDT";
interface LiquidationFixture {
  readonly walletUsdt: number;
  readonly positions: Readonly<
    Record<
      Symbol,
      {
        readonly direction: Direction;
        readonly qty: number;
        readonly entryPrice: number;
        readonly markPrice: number;
        readonly maintenanceMarginRate: number;
        readonly maintenanceAmountUsdt: number;
      }
    >
  >;
  readonly maintenanceMarginUsdt: Readonly<Record<Symbol, number>>;
  readonly unrealisedUsdt: Readonly<Record<Symbol, number>>;
  readonly cross: Readonly<Record<Symbol, number>>;
  readonly isolated: Readonly<Record<Symbol, number>>;
}

const bracketOf = (maintenanceMarginRate: number, maintenanceAmountUsdt: number): MarginBracket => ({
  notionalFloorUsdt: 0,
  notionalCapUsdt: Infinity,
  maintenanceMarginRate,
  maintenanceAmountUsdt,
  maxLeverage: 125,
});

describe("liquidation price, Binance's worked example", () => {
  const {
    walletUsdt,
    positions,
    maintenanceMarginUsdt: maintenance,
    unrealisedUsdt,
    cross,
    isolated,
  } = fixture("liquidationPrice") as LiquidationFixture;
  const cases: readonly (readonly [Symbol, Symbol])[] = [
    ["BTCUSDT", "ETHUSDT"],
    ["ETHUSDT", "BTCUSDT"],
  ];
  test.each(cases)("%s", (symbol, other) => {
    const position = positions[symbol];
    const bracket = bracketOf(position.maintenanceMarginRate, position.maintenanceAmountUsdt);
    const alone: MarginInput = { ...position, bracket, walletUsdt, otherMaintenanceUsdt: 0, otherUnrealisedUsdt: 0 };
    expect(liquidationPrice(alone).toFixed(2)).toBe(isolated[symbol].toFixed(2));
    const shared = { ...alone, otherMaintenanceUsdt: maintenance[other], otherUnrealisedUsdt: unrealisedUsdt[other] };
    expect(liquidationPrice(shared).toFixed(2)).toBe(cross[symbol].toFixed(2));
    // The same through an instrument with that one bracket.
    const instrument: Instrument = { ...UNIT, brackets: [bracket] };
    expect(isolatedLiquidationPrice(instrument, { ...position, marginUsdt: walletUsdt })).toBe(liquidationPrice(alone));
  });
  test.each(cases)("maintenance margin and unrealised PnL of %s", (symbol) => {
    const { direction, qty, entryPrice, markPrice, maintenanceMarginRate, maintenanceAmountUsdt } = positions[symbol];
    const instrument: Instrument = { ...UNIT, brackets: [bracketOf(maintenanceMarginRate, maintenanceAmountUsdt)] };
    expect(maintenanceMarginUsdt(instrument, qty * markPrice)).toBeCloseTo(maintenance[symbol], 2);
    // Mark prices are published to the cent, so that the PnL is good to half a cent times the quantity.
    expect(Math.abs(direction * qty * (markPrice - entryPrice) - unrealisedUsdt[symbol])).toBeLessThan(0.005 * qty);
  });
});

describe("maintenance margin, Binance's worked example", () => {
  const { brackets, examples } = fixture("maintenanceMargin") as {
    readonly brackets: readonly MarginBracket[];
    readonly examples: readonly (Record<"notionalUsdt" | "maintenanceMarginUsdt", number> &
      Pick<MarginBracket, "maintenanceMarginRate" | "maintenanceAmountUsdt">)[];
  };
  const instrument: Instrument = { ...UNIT, brackets };
  test.each(examples)("$notionalUsdt USDT", ({ notionalUsdt, maintenanceMarginUsdt: margin, ...bracket }) => {
    expect(bracketFor(instrument, notionalUsdt)).toMatchObject(bracket);
    expect(maintenanceMarginUsdt(instrument, notionalUsdt)).toBeCloseTo(margin, 9);
  });
  test("brackets: the floor is outside, the cap inside", () => {
    expect(bracketFor(instrument, 50_000).maintenanceMarginRate).toBe(0.004);
    expect(bracketFor(instrument, 50_000.01).maintenanceMarginRate).toBe(0.005);
    expect(bracketFor(instrument, 1e12).maintenanceMarginRate, "beyond the table: its last").toBe(0.01);
  });
});

describe("funding fee", () => {
  const { examples } = fixture("fundingFee") as {
    readonly examples: readonly Record<"signedQty" | "markPrice" | "rate" | "paidUsdt", number>[];
  };
  test.each(examples)("$signedQty at $markPrice × $rate", ({ signedQty, markPrice, rate, paidUsdt }) => {
    expect(fundingFeeUsdt(signedQty, markPrice, rate)).toBeCloseTo(paidUsdt, 12);
  });
});

describe("isolated liquidation price", () => {
  const at = (instrument: Instrument, direction: Direction, qty: number, entryPrice: number, leverage: number): number =>
    isolatedLiquidationPrice(instrument, { direction, qty, entryPrice, marginUsdt: (qty * entryPrice) / leverage });

  test("one bracket of 1 %: 10 × leverage from 1000", () => {
    const instrument: Instrument = { ...UNIT, brackets: [bracketOf(0.01, 0)] };
    expect(at(instrument, 1, 1, 1000, 10)).toBeCloseTo(900 / 0.99, 9);
    expect(at(instrument, -1, 1, 1000, 10)).toBeCloseTo(1100 / 1.01, 9);
    expect(at(instrument, 1, 1, 1000, 1), "a long without leverage").toBeCloseTo(0, 9);
  });

  test("at the price found, what is left of the margin is the maintenance margin of that notional: any size, side, leverage, table", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("BTCUSDT", "FILUSDT", "SOLUSDT", "unknown"),
        fc.constantFrom<Direction>(1, -1),
        fc.double({ min: 2, max: 8.5, noNaN: true }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        (symbol, direction, logNotional, leverage) => {
          const instrument: Instrument = { ...UNIT, brackets: bracketsOf(symbol) };
          const entryPrice = 1000;
          const qty = 10 ** logNotional / entryPrice;
          const price = at(instrument, direction, qty, entryPrice, leverage);
          if (price <= 0) {
            expect(direction).toBe(1);
            return;
          }
          const left = (qty * entryPrice) / leverage + direction * qty * (price - entryPrice);
          expect(Math.abs(left - maintenanceMarginUsdt(instrument, qty * price))).toBeLessThan(1e-9 * qty * entryPrice);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test("the largest notional at a leverage is the cap of the last bracket that grants it", () => {
  expect([51, 50, 21, 20, 6, 5, 1].map((leverage) => maxNotionalUsdt(UNIT, leverage))).toEqual([0, 100_000, 100_000, 1e6, 1e6, 1e7, 1e7]);
});

test("the shipped tables keep the margin continuous where brackets meet", () => {
  for (const symbol of ["BTCUSDT", "ETHUSDT", "FILUSDT", "NEARUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "unknown"]) {
    const brackets = bracketsOf(symbol);
    for (const [i, bracket] of brackets.slice(1).entries()) {
      const below = brackets[i] as MarginBracket;
      const floor = bracket.notionalFloorUsdt;
      expect(floor).toBe(below.notionalCapUsdt);
      expect(floor * bracket.maintenanceMarginRate - bracket.maintenanceAmountUsdt, `${symbol} at ${floor}`).toBeCloseTo(
        floor * below.maintenanceMarginRate - below.maintenanceAmountUsdt,
        6,
      );
    }
  }
});
