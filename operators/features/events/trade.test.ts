import { expect, test } from "vitest";
import { eventRows, tradeAt } from "../../../test/features/handEvents.ts";
import { handBar } from "../../../test/features/familyRows.ts";
import { trade } from "./trade.ts";

const bars = (count: number): ReturnType<typeof handBar>[] => Array.from({ length: count }, (_, i) => handBar(i, {}));
/** Trades at equal distances inside minute `at`. */
const inMinute = (at: number, quantities: readonly number[]): ReturnType<typeof tradeAt>[] =>
  quantities.map((qty, i) => tradeAt(at + (i + 0.5) / quantities.length, qty));

test("is known for five minutes after a trade", () => {
  expect(eventRows(trade, bars(12), [tradeAt(1.5, 1)]).flatMap((row, i) => (row === null ? [] : [i]))).toEqual([1, 2, 3, 4, 5]);
});

test("the run of signs goes on over bars and turns with a trade of the other side", () => {
  const rows = eventRows(trade, bars(3), [...inMinute(0, [1, 5]), ...inMinute(1, [2]), ...inMinute(2, [1, -1, -9])]);
  expect(rows.map((row) => row?.["trade_sign_run"])).toEqual([Math.log(3), Math.log(4), -Math.log(3)]);
});

test("imbalance and autocorrelation count trades, not quantities", () => {
  const rows = eventRows(trade, bars(2), [...inMinute(0, [1, 1, -50]), ...inMinute(1, [-1, 1])]);
  expect(rows[1]?.["trade_imbalance_15"]).toBeCloseTo(0.2, 12);
  // Signs + + − − +: products + − + −, mean 0; m = 0.2, so (0 − 0.04) / 0.96.
  expect(rows[1]?.["trade_sign_autocorrelation_15"]).toBeCloseTo(-0.04 / 0.96, 12);
  const one = eventRows(trade, bars(1), inMinute(0, [1, 1, 1]));
  expect(one[0]).toMatchObject({ trade_imbalance_15: 1, trade_sign_autocorrelation_15: 0 });
});

test("trades count for 15 bars", () => {
  const rows = eventRows(trade, bars(16), [tradeAt(0.5, 1), ...Array.from({ length: 15 }, (_, i) => tradeAt(i + 1.5, -1))]);
  expect(rows[14]?.["trade_imbalance_15"]).toBeCloseTo(-13 / 15, 12);
  expect(rows[15]?.["trade_imbalance_15"]).toBe(-1);
});

test("the impact is the slope of σ returns on signed volume", () => {
  // r / σ = 0.5 × signed volume / V̄ in every bar, with σ = 1e-3 and V̄ = 10.
  let close = 100;
  const signed = Array.from({ length: 61 }, (_, i) => ((i * 7) % 11) - 5 || 1);
  const moved = signed.map((qty, i) => handBar(i, { close: (close *= Math.exp((0.5e-3 * qty) / 10)) }));
  const events = signed.flatMap((qty, i) => inMinute(i, [qty]));
  expect(eventRows(trade, moved, events)[60]?.["kyle_lambda_60"]).toBeCloseTo(0.5, 9);
  // Two bars on the same line after one with as much bought as sold and no return yet.
  const few = [100, 100 * Math.exp(0.5e-3), 100 * Math.exp(1.5e-3)].map((price, i) => handBar(i, { close: price }));
  const trades = [...inMinute(0, [5, -5]), ...inMinute(1, [10]), ...inMinute(2, [20])];
  expect(eventRows(trade, few, trades)[2]?.["kyle_lambda_60"]).toBeCloseTo(0.5, 9);
  expect(eventRows(trade, bars(61), events)[60]?.["kyle_lambda_60"]).toBe(0);
});

test("the rate rises with a burst before the close and is near 0 in a steady stream", () => {
  const steady = Array.from({ length: 20 }, (_, i) =>
    inMinute(
      i,
      Array.from({ length: 600 }, () => 1),
    ),
  ).flat();
  const calm = eventRows(trade, bars(20), steady)[19]?.["trade_rate_ratio"] as number;
  expect(Math.abs(calm)).toBeLessThan(0.01);
  // 60 trades at the close: the present rate is 60 a 10 s, so 6 × 60 a minute, against a mean of 60 / 2.
  const burst = Array.from({ length: 60 }, () => tradeAt(2, 1));
  const row = eventRows(trade, bars(2), [tradeAt(0.01, 1), ...burst])[1];
  const early = Math.exp(-(2 - 0.01) * 6);
  expect(row?.["trade_rate_ratio"]).toBeCloseTo(Math.log((6 * (60 + early) + 1) / (30.5 + 1)), 9);
});
