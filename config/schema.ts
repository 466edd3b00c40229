import { z } from "zod";
import { MINUTE_MS, UserError } from "../src/domain/units.ts";
import { didYouMean } from "../src/domain/nearestName.ts";
import { parseCanary, parseShadow } from "./challengers.ts";
import { parseSwap } from "./swaps.ts";
import { parseTime, timeframeMs } from "../src/domain/time.ts";
import { DEFAULT_LABELS } from "../src/lab/labels/options.ts";
import { DEFAULT_LIMITS } from "../src/risk/limits.ts";
import { DEFAULT_VENUE, fillOnOf } from "../src/venues/simulated/options.ts";

/**
 * Everything that decides what a run does. Each leaf has its default here, so any part may be left out; each object is
 * strict, so a mistyped key is refused instead of ignored. The unit is in the name; rates and limits are fractions.
 */

/** Runs one of the domain's parsers as a check, so that config and command line say the same about the same mistake. */
const parsedBy =
  (parse: (text: string) => unknown) =>
  (context: z.core.ParsePayload<string>): void => {
    try {
      parse(context.value);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.issues.push({ code: "custom", message: error.message, input: context.value });
    }
  };

const fraction = z.number().gt(0).lte(1);
const count = z.int().gte(0).lte(1_000_000);
/** At most a year. */
const durationMs = z.int().gte(0).lte(31_622_400_000);
const time = z.string().check(parsedBy((text) => parseTime(text)));
/** Binance's symbols are upper case and may hold letters of any script. */
const symbol = z.string().regex(/^[\p{Lu}\p{Lo}\p{N}_]{2,}$/u, "must be a symbol in upper case, e.g. BTCUSDT");
const unique = "must not name the same one twice";
const options = z.record(z.string(), z.unknown());

/** A name or an IPv4 address, or an IPv6 one without brackets: two colons or more. */
const HOST = /^(?:[\w.-]+|(?:[\da-f]*:){2,}[\da-f.]*(?:%\w+)?)$/i;

/** A server of history (docs/data.md). User and password come from the environment only, because reports print the config. */
const questdb = z.strictObject({
  host: z
    .string()
    .regex(HOST, "must be a host name or address alone, e.g. 127.0.0.1: no http://, no path, and its port is data.questdb.httpPort")
    .default("127.0.0.1"),
  /** Port of its HTTP: SQL, line protocol and export. */
  httpPort: z.int().gte(1).lte(65_535).default(9000),
  /** What the names of its tables begin with. */
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/, "must be lower-case letters, digits and underscores, a letter first")
    .default("riposte_"),
});

const data = z.strictObject({
  /** Parquet files in a folder, or a QuestDB server. */
  store: z.enum(["parquet", "questdb"]).default("parquet"),
  /** Folder of the Parquet store. */
  dir: z.string().min(1).default("history"),
  /** Which of a store's markets to read; null: the only one it has. */
  market: z.enum(["um", "spot", "simulated"]).nullable().default(null),
  /** Read the bars before `from` that the members need to be warm. */
  warmUp: z.boolean().default(true),
  /** Days of them at least, so that rules that learn as they go have seen as much as in another run. */
  warmUpDaysMin: z.number().gte(0).lte(36_525).default(0),
  questdb: questdb.prefault({}),
});

/** The market simulator (`streams/simulatedMarket/options.ts`), where there is no history. */
const simulate = z.strictObject({
  seed: z.int().gte(0).default(1),
  days: z.number().gt(0).lte(36_525).default(365),
  from: time.default("2023-01-01"),
  /** `none`: strict null; `regimes`: regimes with drifts; `planted`: an interaction of two features moves the next hour. */
  edge: z.enum(["none", "regimes", "planted"]).default("regimes"),
  /** Strength of the planted edge, in hourly volatilities; the other edges ignore it. */
  edgeStrength: z.number().gte(-2).lte(2).default(0.25),
  /** Mean number of holes a day and symbol. */
  gapsPerDay: z.number().gte(0).lte(1440).default(0),
  gapMeanMinutes: z.number().gte(1).lte(100_000).default(20),
  /** Share of bars without a trade. */
  zeroVolumeFraction: z.number().gte(0).lte(1).default(0),
});

/** The base bar is the line's own. */
const longerFrameMs = (text: string): number => {
  const lengthMs = timeframeMs(text);
  if (lengthMs > MINUTE_MS) return lengthMs;
  throw new UserError(`time frame "${text}" is that of the bars themselves; give longer ones, e.g. 5m, 15m, 1h, 4h or 1d`);
};

/** One length may be written in several ways: 60m is 1h. What is no time frame is told elsewhere. */
const lengthOf = (text: string): number | string => {
  try {
    return timeframeMs(text);
  } catch (error) {
    if (error instanceof UserError) return text;
    throw error;
  }
};

const line = z.strictObject({
  burstEvents: z.int().gte(1).lte(4096).default(4096),
  /** Time frames above the base bar, aligned to UTC. */
  timeframes: z
    .array(z.string().check(parsedBy(longerFrameMs)))
    .refine((frames) => new Set(frames.map(lengthOf)).size === frames.length, unique)
    .default(["5m", "15m", "1h"]),
});

const { barriers, horizonMs, weight } = DEFAULT_LABELS;
/** Labels of a dataset (docs/datasets.md). */
const labels = z.strictObject({
  /** `fraction`: of the entry price; `volatility`: multiples of the volatility unit over the horizon. */
  unit: z.enum(["fraction", "volatility"]).default(barriers.unit),
  stop: z.number().gt(0).lte(1000).default(barriers.stop),
  target: z.number().gt(0).lte(1000).default(barriers.target),
  horizonMinutes: z
    .int()
    .gte(1)
    .lte(10_080)
    .default(horizonMs / 60_000),
  weight: z.enum(["uniqueness", "returnAttribution"]).default(weight),
  /** `every`: each `everyBars`-th bar; `cusum`: where the CUSUM filter fires. */
  sampling: z.enum(["every", "cusum"]).default("every"),
  everyBars: z.int().gte(1).lte(1440).default(1),
  /** Threshold of the CUSUM filter, in volatility units of a bar. */
  cusumThreshold: z.number().gt(0).lte(1000).default(5),
});

/** The feature row (docs/features.md). */
const features = z.strictObject({
  /** Names of its columns; null: all, once a layer reads any; a list: the families of these and of what the layers read. */
  columns: z.array(z.string().min(1)).nullable().default(null),
  /** Feature families of your own: paths of TypeScript modules. */
  modules: z.array(z.string().min(1)).default([]),
});

const fillOn = z.enum(["bars", "trades", "book"]);

const venue = z.strictObject({
  /** At most what ticks times lots can still count exactly. */
  startUsdt: z.number().gte(1).lte(1e9).default(DEFAULT_VENUE.startUsdt),
  slippageFraction: z.number().gte(0).lte(0.1).default(DEFAULT_VENUE.slippageFraction),
  /** At most an hour. */
  latencyMs: z.int().gte(0).lte(3_600_000).default(DEFAULT_VENUE.latencyMs),
  /** Mean of what each request takes beyond `latencyMs`; 0: nothing. At most an hour. */
  latencyJitterMs: z.int().gte(0).lte(3_600_000).default(DEFAULT_VENUE.latencyJitterMs),
  /** Draws the latencies, with the client order id; with a jitter of 0 it changes nothing. */
  latencySeed: z.int().gte(0).lte(4_294_967_295).default(DEFAULT_VENUE.latencySeed),
  maxVolumeShare: fraction.nullable().default(DEFAULT_VENUE.maxVolumeShare),
  funding: z.boolean().default(DEFAULT_VENUE.funding),
  filters: z.enum(["all", "tickAndLot"]).default(DEFAULT_VENUE.filters),
  margin: z.boolean().default(DEFAULT_VENUE.margin),
  /** Negative: a rebate. */
  makerFeeRate: z.number().gt(-0.01).lt(0.1).nullable().default(DEFAULT_VENUE.makerFeeRate),
  takerFeeRate: z.number().gt(-0.01).lt(0.1).nullable().default(DEFAULT_VENUE.takerFeeRate),
  /**
   * What fills orders (docs/venue.md): one word for all, or a word by symbol, where `default` stands for symbols that are not named (else
   * those fill on bars). `trades` and `book` need a line that has them, such as a capture.
   */
  fillOn: z.union([fillOn, z.record(z.string(), fillOn)]).default(DEFAULT_VENUE.fillOn),
  /** Price that triggers stops, targets and liquidation on trades and on the book; on bars the last price does. */
  triggerBy: z.enum(["last", "mark"]).default(DEFAULT_VENUE.triggerBy),
  /** `book`: who leaves a level that shrinks without a trade: those behind us, or all alike. */
  queue: z.enum(["pessimistic", "proportional"]).default(DEFAULT_VENUE.queue),
  /** `trades`: notional that is taken to stand before each resting order. */
  queueAheadUsdt: z.number().gte(0).lte(1e9).default(DEFAULT_VENUE.queueAheadUsdt),
});

const { position: byPosition, day: byDay, data: byData, shock: byShock, system: bySystem } = DEFAULT_LIMITS;
const risk = z.strictObject({
  position: z
    .strictObject({
      maxMarginFraction: fraction.nullable().default(byPosition.maxMarginFraction),
      maxAccountMarginFraction: fraction.nullable().default(byPosition.maxAccountMarginFraction),
      maxLeverage: z.number().gte(1).lte(125).nullable().default(byPosition.maxLeverage),
      maxStopFraction: fraction.nullable().default(byPosition.maxStopFraction),
    })
    .prefault({}),
  day: z
    .strictObject({
      maxLossFraction: fraction.nullable().default(byDay.maxLossFraction),
      maxEntries: count.nullable().default(byDay.maxEntries),
      maxConsecutiveLosses: z.int().gte(1).lte(1_000_000).nullable().default(byDay.maxConsecutiveLosses),
      maxVenueRefusals: z.int().gte(1).lte(1_000_000).nullable().default(byDay.maxVenueRefusals),
    })
    .prefault({}),
  data: z
    .strictObject({
      healthyMs: durationMs.nullable().default(byData.healthyMs),
      maxInferenceFailuresPerMinute: z.int().gte(1).lte(1_000_000).nullable().default(byData.maxInferenceFailuresPerMinute),
    })
    .prefault({}),
  shock: z
    .strictObject({
      maxVolatilityRatio: z.number().gt(0).lte(1000).nullable().default(byShock.maxVolatilityRatio),
      clearVolatilityRatio: z.number().gt(0).lte(1000).default(byShock.clearVolatilityRatio),
      clearMs: durationMs.default(byShock.clearMs),
    })
    .prefault({}),
  system: z
    .strictObject({
      maxDrawdownFraction: fraction.nullable().default(bySystem.maxDrawdownFraction),
      maxVolatilityRatio: z.number().gt(0).lte(1000).nullable().default(bySystem.maxVolatilityRatio),
      minSharpeUpperBound: z.number().gte(-100).lte(100).nullable().default(bySystem.minSharpeUpperBound),
      sharpeMinDays: z.int().gte(2).lte(36_525).default(bySystem.sharpeMinDays),
      maxIntentsPerSecond: z.int().gte(1).lte(1_000_000).nullable().default(bySystem.maxIntentsPerSecond),
      resume: z.enum(["person", "nextDay"]).default(bySystem.resume),
    })
    .prefault({}),
});

/** What reports show beside what was measured, by calendar year (docs/metrics.md). No decision depends on it. */
const targets = z.strictObject({
  sharpe: z.number().gte(-100).lte(100).default(1.2),
  maxDrawdownFraction: fraction.default(0.06),
  winRate: fraction.default(0.58),
  yearReturn: z.number().gte(-1).lte(1000).default(0.05),
});

/** Runs that are kept (docs/runs.md). */
const runs = z.strictObject({
  /** Folder of all runs. */
  dir: z.string().min(1).default("out/runs"),
  /** Runs that stay; older ones go to its trash, unless they are pinned. */
  keep: z.int().gte(1).lte(100_000).default(200),
  /** Removed runs that the trash holds; what was removed before them is deleted. */
  trash: z.int().gte(0).lte(100_000).default(200),
});

/** A trained member `NAME@VERSION`, `promoted`, or null for the layer's rule. */
const served = z.string().min(1).nullable().default(null);
/** Trained members (docs/models.md). */
const models = z.strictObject({
  /** Folder of all members; null: those that are shipped. */
  dir: z.string().min(1).nullable().default(null),
  /** Who serves at the start. */
  serve: z.strictObject({ regime: served, pattern: served, signal: served }).prefault({}),
  /** Who serves from a time on: `TIME:LAYER=MEMBER,…`. */
  swaps: z.array(z.string().check(parsedBy(parseSwap))).default([]),
  /** Members that are asked beside those that serve, muted, and compared with them: `LAYER=MEMBER`. */
  shadow: z.array(z.string().check(parsedBy(parseShadow))).default([]),
  /** Members that serve one symbol: `SYMBOL:LAYER=MEMBER`. */
  canary: z.array(z.string().check(parsedBy(parseCanary))).default([]),
  /** How shadows are compared with whom they challenge. */
  test: z
    .strictObject({
      /** Decision bars that are compared: those whose close is a multiple of this many bars. */
      everyBars: z.int().gte(1).lte(1440).default(15),
      /** Probability of a promotion, or of a roll-back, that chance alone brings about. */
      alpha: z.number().gt(0).lt(1).default(0.05),
      /** A shadow that wins serves from the next 00:00 UTC on, and one that was promoted wrongly stops. */
      promote: z.boolean().default(false),
    })
    .prefault({}),
});

/** A shipped rule by name, or the path of a user's TypeScript module, with what it may be told. */
const member = (module: string) => z.strictObject({ module: z.string().min(1).default(module), options: options.default({}) }).prefault({});

export const configSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,80}$/, "must be 1 to 80 letters, digits, dots, dashes or underscores")
    .default("default"),
  symbols: z
    .array(symbol)
    .min(1)
    .refine((symbols) => new Set(symbols).size === symbols.length, unique)
    .default(["BTCUSDT"]),
  /** Inclusive; null: where the data begins. */
  from: time.nullable().default(null),
  /** Exclusive; null: where the data ends. */
  to: time.nullable().default(null),
  data: data.prefault({}),
  simulate: simulate.prefault({}),
  line: line.prefault({}),
  features: features.prefault({}),
  labels: labels.prefault({}),
  regime: member("rule"),
  pattern: member("geometry"),
  signal: member("byRegime"),
  position: member("managed"),
  models: models.prefault({}),
  venue: venue.prefault({}),
  /** `none` lets entries go without a bracket: simulated venue only. */
  protection: z.enum(["required", "none"]).default("required"),
  /** null: no risk rule at all, simulated venue only. */
  risk: risk.nullable().prefault({}),
  report: z.strictObject({ decisions: z.enum(["changes", "all"]).default("changes"), targets: targets.prefault({}) }).prefault({}),
  runs: runs.prefault({}),
});

export type RiposteConfig = z.output<typeof configSchema>;

/** What is wrong between keys that are each right, and which keys. */
interface Contradiction {
  readonly paths: readonly string[];
  readonly message: string;
}

const contradictionInVenue = ({
  symbols,
  venue: { fillOn: choice, triggerBy, queueAheadUsdt },
}: RiposteConfig): Contradiction | undefined => {
  const unknown = typeof choice === "string" ? undefined : Object.keys(choice).find((key) => key !== "default" && !symbols.includes(key));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, [...symbols, "default"]) || ` (symbols: ${symbols.join(", ")})`;
    const message = `venue.fillOn names ${unknown}, which is not among the symbols of the run${hint}`;
    return { paths: [`venue.fillOn.${unknown}`, "symbols"], message };
  }
  const modes = new Set(symbols.map((name) => fillOnOf(choice, name)));
  if (triggerBy === "mark" && !modes.has("trades") && !modes.has("book")) {
    const message = "venue.triggerBy mark needs venue.fillOn trades or book: bars know the last price only";
    return { paths: ["venue.triggerBy", "venue.fillOn"], message };
  }
  if (queueAheadUsdt > 0 && !modes.has("trades")) {
    const message = `venue.queueAheadUsdt is for venue.fillOn trades, not ${[...modes].join(" or ")}`;
    return { paths: ["venue.queueAheadUsdt", "venue.fillOn"], message };
  }
  return undefined;
};

/**
 * What is wrong between keys that are each right. Apart from the schema, because one layer of a config is checked alone: it
 * may be half of a pair.
 */
export const contradictionOf = (config: RiposteConfig): Contradiction | undefined => {
  const venueProblem = contradictionInVenue(config);
  if (venueProblem !== undefined) return venueProblem;
  const shock = config.risk?.shock;
  if (shock && shock.maxVolatilityRatio !== null && shock.clearVolatilityRatio > shock.maxVolatilityRatio) {
    return {
      paths: ["risk.shock.clearVolatilityRatio", "risk.shock.maxVolatilityRatio"],
      message: `risk.shock.clearVolatilityRatio ${shock.clearVolatilityRatio} must not be above maxVolatilityRatio ${shock.maxVolatilityRatio}`,
    };
  }
  return undefined;
};
