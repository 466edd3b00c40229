import { describe, expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import { BTC, ETH } from "../../../test/items.ts";
import type { Fillable } from "../data/fillable.ts";
import { BARS_ONLY, fillableBy } from "../data/fillable.ts";
import { requireFills } from "./requireFills.ts";

const ALL = fillableBy({ trades: true, book: true, marks: true });
const TRADES = fillableBy({ trades: true, book: false, marks: false });

const check = (venue: object, fillable: readonly Fillable[]): string => {
  const config = configSchema.parse({ symbols: ["BTCUSDT", "ETHUSDT"], venue });
  try {
    requireFills(config, { source: "here", instruments: [BTC, ETH], fillable });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

it("a book is no way to fill without trades", () => {
  expect(fillableBy({ trades: false, book: true, marks: false })).toEqual(BARS_ONLY);
});

describe("each instrument is asked for what it fills by", () => {
  it.each([
    ["bars need nothing", { fillOn: "bars" }, [BARS_ONLY, BARS_ONLY]],
    ["who fills on bars need not have the book", { fillOn: { BTCUSDT: "book" } }, [ALL, BARS_ONLY]],
    ["the default is for the others", { fillOn: { BTCUSDT: "book", default: "trades" } }, [ALL, TRADES]],
    ["marks are for who fills on trades or the book", { fillOn: { BTCUSDT: "book" }, triggerBy: "mark" }, [ALL, BARS_ONLY]],
  ])("%s", (_, venue, fillable) => {
    expect(check(venue, fillable)).toBe("");
  });
  it.each([
    [
      "one lacks it",
      { fillOn: "book" },
      [ALL, TRADES],
      'venue.fillOn book needs trades, a snapshot of the order book and its diffs of ETHUSDT, and there are none in here: replay a capture that has them (--capture FILE), import it, or set venue.fillOn={"BTCUSDT":"book","ETHUSDT":"trades"}',
    ],
    [
      "all lack it",
      { fillOn: { default: "trades" } },
      [BARS_ONLY, BARS_ONLY],
      "venue.fillOn trades needs trades of BTCUSDT, ETHUSDT, and there are none in here: replay a capture that has them (--capture FILE), import it, or set venue.fillOn=bars",
    ],
    [
      "marks",
      { fillOn: "trades", triggerBy: "mark" },
      [ALL, TRADES],
      "venue.triggerBy mark needs mark prices of ETHUSDT, and there are none in here: set venue.triggerBy=last",
    ],
  ])("%s", (_, venue, fillable, message) => {
    expect(check(venue, fillable)).toBe(message);
  });
});
