import { describe, expect, it } from "vitest";
import { testInstrument } from "../../../test/contract/testMarket.ts";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { singleKline } from "../../domain/kline.ts";
import { instrumentIndex, MINUTE_MS, UserError } from "../../domain/units.ts";
import type { RunData } from "./runData.ts";
import { tickChecked } from "./tickChecked.ts";

const FROM_MS = Date.UTC(2023, 1);
const bars = (index: number, prices: readonly number[]): Event[] =>
  prices.map((price, at) => {
    const rest = { volume: 1, quoteVolume: 1, trades: 1, takerBuyVolume: 0, takerBuyQuoteVolume: 0 };
    const openTimeMs = FROM_MS + at * MINUTE_MS;
    return singleKline(instrumentIndex(index), MINUTE_MS, { openTimeMs, open: price, high: price, low: price, close: price, ...rest });
  });
const dataOf = (instruments: readonly Instrument[], bursts: readonly (readonly Event[])[]): RunData =>
  tickChecked({
    ...{ instruments, fromMs: FROM_MS, toMs: FROM_MS + MINUTE_MS, expectedBars: 1, source: "test", simulated: false, seed: null },
    ...{ warnings: ["first"], close: () => Promise.resolve() },
    events: async function* () {
      for (const burst of bursts) yield await Promise.resolve(burst);
    },
  });
const read = async (data: RunData): Promise<Event[]> => {
  const events: Event[] = [];
  for await (const burst of data.events()) events.push(...burst);
  return events;
};
const [told, guess] = [testInstrument("AAAUSDT", 0), { ...testInstrument("BBBUSDT", 1), source: "guessed" as const, tickSize: 0.1 }];

describe("the data of a run", () => {
  it("pass as they are, and prices on the ticks are no warning", async () => {
    const events = [...bars(0, [1.25, 1.26]), ...bars(1, [1.2])];
    const data = dataOf([told, { ...guess, source: "exchange" }], [events]);
    expect(await read(data)).toEqual(events);
    expect(data.warnings).toEqual(["first"]);
  });

  it("say from the start whose rules are guessed, and at the end which prices are between the ticks", async () => {
    const data = dataOf([told, guess], [bars(0, [1.25, 1.255]), bars(1, [1.2, 1.25]), bars(0, [1.2501])]);
    const guessed = "The tick 0.1 and lot 0.001 of BBBUSDT are guessed from the decimals of its prices and quantities";
    expect(data.warnings).toEqual(["first", `${guessed}.`]);
    for (let times = 0; times < 2; times += 1) {
      await read(data);
      expect(data.warnings).toEqual([
        "first",
        `${guessed} (2 bars and trades).`,
        expect.stringMatching(
          /^2 of 3 bars and trades of AAAUSDT have prices between the ticks of 0\.01, the first 1\.2501 at 2023-02-01T00:00/,
        ),
        expect.stringMatching(/^1 of 2 bars and trades of BBBUSDT have prices between the ticks of 0\.1, the first 1\.25 at .*--force/),
      ]);
    }
  });

  it("end where a price is below one tick: orders would be placed at a price of 0", async () => {
    const refused: unknown = await read(dataOf([{ ...told, tickSize: 1 }], [bars(0, [1, 0.5])])).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as Error).message).toMatch(/^the tick 1 of AAAUSDT is above its price 0\.5 at 2023-02-01T00:01.*; choose a range/);
    await expect(read(dataOf([told, { ...guess, tickSize: 1 }], [bars(1, [0.5])]))).rejects.toThrow(/its backfill again with --force/);
  });
});
