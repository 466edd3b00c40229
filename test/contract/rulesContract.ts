import { afterEach, describe, expect, it } from "vitest";
import { Kind } from "../../src/domain/kind.ts";
import { DAY_MS, MINUTE_MS } from "../../src/domain/units.ts";
import type { BackfillReport } from "../../src/store/backfill/report.ts";
import { backfill } from "../../src/store/backfill/backfill.ts";
import { instrumentRulesEvent } from "../../src/store/rules/defaultInstruments.ts";
import type { Store } from "../../src/store/store.ts";
import { testInstrument } from "./testMarket.ts";
import { archiveOf } from "./recordingStore.ts";

const FROM_MS = Date.UTC(2023, 1);
const dayOf = (day: number): string => new Date(FROM_MS + day * DAY_MS).toISOString().slice(0, 10);

/** Klines and trades of three days, each finer than the one before, by archive path. */
const FILES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ["1.2", "1.250", "0.012500"].flatMap((price, day) => {
    const openMs = FROM_MS + day * DAY_MS;
    return [
      [
        `futures/um/daily/klines/AAAUSDT/1m/AAAUSDT-1m-${dayOf(day)}.zip`,
        [`${openMs},${price},${price},${price},${price},10,${openMs + MINUTE_MS - 1},1,1,1,1,0`],
      ],
      [
        `futures/um/daily/aggTrades/AAAUSDT/AAAUSDT-aggTrades-${dayOf(day)}.zip`,
        [`${day + 1},${price},0.5,${day + 1},${day + 1},${openMs},true`],
      ],
    ];
  }),
);

/** What every store must do with the rules of instruments. `makeStore`: as in the contract of `HistoryStore`. */
export const rulesContract = (name: string, makeStore: () => Promise<{ open: () => Store; remove: () => Promise<void> }>): void => {
  describe(`${name} keeps rules`, () => {
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });
    const fresh = async (): Promise<Store> => {
      const { open, remove } = await makeStore();
      const store = open();
      cleanups.push(remove, () => store.close());
      return store;
    };
    const imported = (store: Store, days: readonly number[], kinds: readonly ("kline" | "aggTrades")[]): Promise<BackfillReport> => {
      const files = Object.entries(FILES).filter(([path]) => days.some((day) => path.includes(dayOf(day))));
      return backfill({
        ...{ store, symbols: ["AAAUSDT"], interval: "1m", market: "um", kinds, archive: archiveOf(Object.fromEntries(files)) },
        nowMs: Date.UTC(2023, 8),
      });
    };

    it("with their source and what a guess was made of, also as events of a series", async () => {
      const store = await fresh();
      await imported(store, [1], ["kline"]);
      const guessed = { source: "guessed", tickSize: 0.001, seen: { price: { significant: 2, shown: 3, padded: false } } };
      expect(await store.rules("AAAUSDT", "um")).toMatchObject([{ rules: guessed }]);
      for await (const events of store.series("instrumentRules", "AAAUSDT", "um", 0, FROM_MS))
        expect(events).toMatchObject([{ kind: Kind.instrumentRules, rules: guessed }]);
      expect(await store.instruments(["AAAUSDT"])).toMatchObject([guessed]);
      await store.write("AAAUSDT", "um", [instrumentRulesEvent(testInstrument("AAAUSDT", 0))]);
      expect(await store.rules("AAAUSDT", "um")).toMatchObject([{ rules: { source: "exchange", tickSize: 0.01 } }]);
      expect((await store.instruments(["AAAUSDT"]))[0]).not.toHaveProperty("seen");
    });

    it("of a guess the same after imports in any order: klines and trades, day by day or together", async () => {
      const together = await fresh();
      await imported(together, [0, 1, 2], ["kline", "aggTrades"]);
      const expected = await together.rules("AAAUSDT", "um");
      expect(expected).toMatchObject([{ rules: { source: "guessed", tickSize: 0.000001, lotSize: 0.1 } }]);
      const apart = await fresh();
      for (const [days, kinds] of [
        [[2], ["aggTrades"]],
        [[0, 1], ["kline"]],
        [[0], ["aggTrades"]],
        [
          [2, 0],
          ["kline", "aggTrades"],
        ],
        [[1], ["aggTrades"]],
      ] as const)
        await imported(apart, days, kinds);
      expect(await apart.rules("AAAUSDT", "um")).toEqual(expected);
    });

    it("dated, of which a change of the source alone is no change of the rules", async () => {
      const store = await fresh();
      const rules = testInstrument("AAAUSDT", 0);
      const later = [
        instrumentRulesEvent({ ...rules, source: "guessed" }, 1000),
        instrumentRulesEvent(rules, 2000),
        instrumentRulesEvent({ ...rules, tickSize: 0.5 }, 3000),
      ];
      await store.write("AAAUSDT", "um", later);
      expect((await store.rulesChanged("AAAUSDT", 0, 5000, "um")).map(({ validFromMs }) => validFromMs)).toEqual([3000]);
    });
  });
};
