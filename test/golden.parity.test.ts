import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import emaCross from "../examples/emaCross.ts";
import follow from "../models/position/follow.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import { DecisionRows } from "./lookahead.ts";
import type { ReplayOptions } from "./replay.ts";
import { marketInstruments, replay, testMarket } from "./replay.ts";
import { SHIPPED_LAYERS } from "./shippedLayers.ts";

const FILE = new URL("fixtures/golden.json", import.meta.url);
const MADE_BY = "RIPOSTE_GOLDEN=write npx vitest run --project parity test/golden";

interface Golden {
  readonly dataSha256: string;
  readonly decisionsSha256: string;
  readonly decisions: number;
  readonly fills: number;
  /** By UTC day: the first 12 digits of the SHA-256 of that day's decisions as text, to find where two runs part. */
  readonly days: Readonly<Record<string, string>>;
}

/** What is replayed: all of it is the simulator's, so it is the same on every machine. */
const CASES: Readonly<Record<string, { readonly market: Parameters<typeof testMarket>[0]; readonly options?: Partial<ReplayOptions> }>> = {
  "trend and bracket on three symbols with holes": {
    market: { seed: 7, days: 30, symbols: ["BTCUSDT", "ETHUSDT", "XRPUSDT"] },
  },
  "the four shipped layers on two symbols with holes": {
    market: { seed: 9, days: 20, symbols: ["BTCUSDT", "ETHUSDT"], gapsPerDay: 0.1 },
    options: SHIPPED_LAYERS,
  },
  "the reference workload": {
    market: { seed: 8, days: 30 },
    options: {
      signal: emaCross({}),
      position: follow({ qty: 0.01 }),
      limits: NO_LIMITS,
      venue: {
        slippageFraction: 0,
        latencyMs: 0,
        maxVolumeShare: null,
        funding: false,
        filters: "tickAndLot",
        margin: false,
        makerFeeRate: 0.0004,
        takerFeeRate: 0.0004,
      },
    },
  },
};

const goldenOf = async ({ market, options }: (typeof CASES)[string]): Promise<Golden> => {
  const full = testMarket(market);
  const rows = new DecisionRows();
  const run = await replay({ ...options, instruments: marketInstruments(full), source: simulatedMarket(full), end: rows.operator });
  const days: Record<string, string> = {};
  for (const [day, texts] of rows.byDay()) days[day] = createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 12);
  const { dataSha256, decisionsSha256, decisions } = run;
  return { dataSha256, decisionsSha256, decisions, fills: rows.fills, days };
};

/** Runs under every Node (`.ci/run`): the decisions are the bits that this file's fixture holds. */
describe("golden decisions", () => {
  it.each(Object.entries(CASES))("%s", async (name, each) => {
    const made = await goldenOf(each);
    const stored = JSON.parse(readFileSync(FILE, "utf8")) as { madeBy: string; golden: Record<string, Golden> };
    if (process.env["RIPOSTE_GOLDEN"] === "write") {
      stored.golden[name] = made;
      writeFileSync(FILE, `${JSON.stringify({ madeBy: MADE_BY, golden: stored.golden }, null, 2)}\n`);
      return;
    }
    const golden = stored.golden[name] as Golden;
    expect(made.dataSha256, "the market itself differs").toBe(golden.dataSha256);
    const differing = Object.keys({ ...golden.days, ...made.days }).find((day) => golden.days[day] !== made.days[day]);
    expect(differing, "the first day whose decisions differ").toBeUndefined();
    expect(made).toEqual(golden);
    expect(made.fills).toBeGreaterThan(50);
  });
});
