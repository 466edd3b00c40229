import type { WalkForwardRecord } from "../../src/walkForward/walkForwardRecord.ts";
import type { Check } from "./world.ts";
import { errorOf, meanOf } from "./world.ts";

/** What the raw, uncalibrated predictions of LightGBM and ridge came to in a world without an edge. */
interface NoEdge {
  readonly seed: number;
  /** By model: its interval of the correlation of a side, long or short, lies above 0. */
  readonly foundIc: Readonly<Record<string, boolean>>;
  /** By model: the verdict line of its label trades at no cost claims an edge. */
  readonly claimed: Readonly<Record<string, boolean>>;
  /** Label trades of LightGBM at 4 and 10 bp: how many, and what one earned before the cost. */
  readonly trades: readonly { readonly cost: number; readonly count: number; readonly gross: number }[];
}

/** Judged every 5th bar: the rows are few. Both read all columns: choosing them is tested where there is something to choose. */
export const NO_EDGE_OPTIONS = [
  ...["--train=20d", "--test=5d", "--every=5", "--columns=all", "--calibration=none", "--backtest=none"],
  ...["--judge=signal=ridge,lightgbm", "--judge=regime=", "--costs=0,0.0004,0.001"],
];
const JUDGED = "lightgbm";

export const noEdgeOf = (seed: number, { walk, labels }: WalkForwardRecord): NoEdge => {
  const [symbol = ""] = walk.symbols;
  const models = walk.models.signal;
  const above = (model: string): boolean => {
    const of = walk.signal[model]?.[symbol];
    return (of?.longIc.interval[0] ?? 0) > 0 || (of?.shortIc.interval[0] ?? 0) > 0;
  };
  const raw = labels.filter(({ calibrated }) => !calibrated);
  const claims = (of: string): boolean => raw.some(({ model, cost, verdict }) => model === of && cost === 0 && verdict.is === "notLuck");
  return {
    seed,
    foundIc: Object.fromEntries(models.map((model) => [model, above(model)])),
    claimed: Object.fromEntries(models.map((model) => [model, claims(model)])),
    trades: raw
      .filter(({ model, cost }) => model === JUDGED && cost > 0)
      .map(({ cost, trades, meanNet }) => ({ cost, count: trades, gross: meanNet + cost })),
  };
};

export const noEdgeLine = ({ seed, foundIc, claimed, trades }: NoEdge): string => {
  const named = (of: Readonly<Record<string, boolean>>): string =>
    Object.keys(of)
      .filter((model) => of[model])
      .join(", ") || "none";
  const shown = trades.map(({ cost, count, gross }) => `${count} trades at ${bp(cost)} bp: ${bp(gross)} bp before it`).join("; ");
  return `world ${seed}: IC above 0: ${named(foundIc)}; claims an edge: ${named(claimed)}; ${shown}`;
};

const bp = (fraction: number): string => (fraction * 1e4).toFixed(1);

/** How many of a model's worlds raised an alarm. */
const alarms = (worlds: readonly NoEdge[], of: "foundIc" | "claimed"): number => worlds.filter((world) => world[of][JUDGED]).length;

/** `icMax`, `claimsMax`: alarms that chance may raise in so many worlds; `tradesMin`: fewer in a world would pass by abstaining. */
export const noEdgeChecks = (
  worlds: readonly NoEdge[],
  { icMax, claimsMax, tradesMin }: { icMax: number; claimsMax: number; tradesMin: number },
): Check[] => {
  const count = worlds.length;
  const [found, claimed] = [alarms(worlds, "foundIc"), alarms(worlds, "claimed")];
  const costs = worlds[0]?.trades.map(({ cost }) => cost) ?? [];
  return [
    { holds: found <= icMax, text: `IC of a side above 0 at 2.5 %: ${found} of ${count} (at most ${icMax})` },
    { holds: claimed <= claimsMax, text: `verdicts that claim an edge, at no cost: ${claimed} of ${count} (at most ${claimsMax})` },
    ...costs.flatMap((cost, at) => tradeChecks(worlds, cost, at, tradesMin)),
  ];
};

const tradeChecks = (worlds: readonly NoEdge[], cost: number, at: number, tradesMin: number): Check[] => {
  const trades = worlds.map((world) => world.trades[at] as NoEdge["trades"][number]);
  const least = Math.min(...trades.map(({ count }) => count));
  const gross = trades.map((each) => each.gross);
  const [mean, error] = [meanOf(gross), errorOf(gross)];
  return [
    {
      holds: Math.abs(mean) <= 3 * error,
      text: `mean of a trade before its cost, ${bp(cost)} bp: ${bp(mean)} bp, standard error ${bp(error)} (within 3 of them of 0)`,
    },
    { holds: least >= tradesMin, text: `trades a world at ${bp(cost)} bp: ${least} at least (${tradesMin} or more)` },
  ];
};
