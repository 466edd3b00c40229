import { identity, pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { InferenceFailures } from "./domain/inferenceFailures.ts";
import type { Instrument } from "./domain/instrument.ts";
import type { Item } from "./domain/item.ts";
import type { Venue } from "./domain/ports.ts";
import type { InstrumentIndex } from "./domain/units.ts";
import type { RiskLimits } from "./risk/limits.ts";
import type { PatternModule } from "../models/pattern/patternModule.ts";
import type { PolicyMember } from "../models/position/policyMember.ts";
import type { PositionModule } from "../models/position/positionModule.ts";
import type { RegimeModule } from "../models/regime/regimeModule.ts";
import type { Registry, Serving } from "../models/serving.ts";
import type { SignalModule } from "../models/signal/signalModule.ts";
import type { WindowMember } from "../models/windowMember.ts";
import { account } from "../operators/account.ts";
import { bars } from "../operators/bars.ts";
import { believed } from "../operators/beliefs/believed.ts";
import type { BeliefSource } from "../operators/beliefs/believed.ts";
import { continuity } from "../operators/continuity.ts";
import { execute } from "../operators/execute.ts";
import type { InstrumentCanary, Layers, Shadows } from "../operators/layers.ts";
import { features } from "../operators/features.ts";
import type { FeatureSet } from "../operators/features/featureSet.ts";
import { moments } from "../operators/moments.ts";
import { normalize } from "../operators/normalize.ts";
import { orderBook } from "../operators/orderBook.ts";
import { pattern } from "../operators/pattern.ts";
import { position } from "../operators/position.ts";
import { regime } from "../operators/regime.ts";
import { riskGate } from "../operators/riskGate.ts";
import { signal } from "../operators/signal.ts";
import { tradeBars } from "../operators/tradeBars.ts";

/** Everything the pipeline is made of; composed in `src/cli`, the same for backtest, paper and live. */
export interface System {
  readonly instruments: readonly Instrument[];
  /** Longer time frames, in ms. */
  readonly timeframesMs: readonly number[];
  /** Instruments whose bars are made from trades, because their line has no klines. */
  readonly barsFromTrades?: readonly InstrumentIndex[];
  /** The feature row; null: no member reads one. */
  readonly features: FeatureSet | null;
  /** L1 and L2; null: the layer is left out. */
  readonly regime: RegimeModule | null;
  readonly pattern: PatternModule | null;
  readonly signal: SignalModule;
  readonly position: PositionModule;
  /** Members beside these rules of the layers, whom `serving` or the command `swapModel` lets serve. */
  readonly others?: OtherMembers;
  /** Who serves at the start, where it is not the layer's rule. */
  readonly serving?: Partial<Serving>;
  /** Members that were named and may not serve, with the reason (`refusedKey`). */
  readonly refused?: Readonly<Record<string, string>>;
  /** Inferences that failed in the journal that is replayed. */
  readonly failures?: InferenceFailures;
  /** Who is compared with those that serve, muted; and who serves one instrument. */
  readonly shadows?: Shadows;
  readonly canaries?: readonly InstrumentCanary[];
  readonly limits: RiskLimits;
  readonly venue: Venue;
  readonly startUsdt: number;
  /** Decision bars that close up to this time only warm up. */
  readonly tradeFromMs: number;
}

/** What L1 to L3 are made of: all of a system that knows nothing of the account. */
type Perceiving = Omit<System, "limits" | "venue" | "startUsdt" | "tradeFromMs">;

/** By layer; they stand ready from the start. */
interface OtherMembers {
  readonly regime?: readonly (RegimeModule | WindowMember)[];
  readonly pattern?: readonly (PatternModule | WindowMember)[];
  readonly signal?: readonly (SignalModule | WindowMember)[];
  readonly position?: readonly (PositionModule | PolicyMember)[];
}

/** The layers before L3, where L3 stands on bars alone. */
export const BARS_ONLY = { features: null, regime: null, pattern: null } as const;

type Line = OperatorFunction<Item, Item>;

type Market = Pick<System, "instruments" | "timeframesMs" | "features" | "barsFromTrades">;

/** Market line → whole bars. */
const whole = ({ instruments, timeframesMs, barsFromTrades = [] }: Market): Line =>
  pipe(
    continuity(instruments), // duplicates, reorders, gaps: what passes is whole, or says that it is not
    orderBook(instruments), // diffs → top of book and depth, or "needs a snapshot"
    tradeBars(instruments, barsFromTrades), // trades → 1m, where the line has no klines
    bars(instruments, timeframesMs), // 1m → the decision bar and 5m, 15m, 1h, aligned to UTC
  );

/** Market line → one row of dimensionless numbers per decision bar. */
export const observe = (m: Market): Line =>
  pipe(
    whole(m),
    m.features === null ? identity : normalize(m.instruments), // adds the scales: no absolute level reaches a model
    m.features === null ? identity : features(m.instruments, m.features), // the row, where a member reads it
  );

/** Market line → what we believe. Knows nothing of the account. */
export const perceive = (s: Perceiving): Line =>
  pipe(
    observe(s),
    s.regime === null || s.features === null ? identity : regime(layersOf(s), s.regime, s.others?.regime), // L1: seven market states
    s.pattern === null || s.features === null ? identity : pattern(layersOf(s), s.pattern, s.others?.pattern), // L2: chart patterns
    signal(layersOf(s), s.signal, s.others?.signal), // L3: LONG | SHORT | NEUTRAL with a calibrated confidence
  );

/** What an earlier run believed, in place of `perceive`: the same items at the same places (docs/sweep.md). */
export const recall = (s: System, stored: BeliefSource): Line => pipe(whole(s), believed(s.instruments, stored));

/** Belief + account → orders. The only part that knows what we own. */
const act = (s: System): Line =>
  pipe(
    account(s.instruments, { ...s.venue.terms, startUsdt: s.startUsdt, tradeFromMs: s.tradeFromMs }), // orders, position, cash, equity: exactly what the venue says
    position(layersOf(s), {
      members: [s.position, ...(s.others?.position ?? [])],
      limits: s.limits,
      terms: s.venue.terms,
      tradeFromMs: s.tradeFromMs,
    }), // L4
    riskGate(s.instruments, s.limits, s.tradeFromMs), // three tiers, in line: there is no way around it
    execute(s.venue), // approved plans → orders, idempotent, always protected
  );

/**
 * The whole line of a backtest: recorded$ → perceive → simulatedVenue → act. Live it is perceive → act; there the account
 * events arrive on the private socket and the sequencer puts them where the simulated venue's fills stand here.
 */
export const backtestLine = (s: System, fills: Line, perceived = perceive(s)): Line =>
  pipe(perceived, moments(s.instruments), fills, act(s));

const layersOf = (s: Perceiving): Layers => ({
  instruments: s.instruments,
  set: s.features,
  regime: s.regime !== null,
  embedding: s.pattern === null ? null : s.pattern.embedding.length,
  registry: registryOf(s),
  ...(s.serving === undefined ? {} : { serving: s.serving }),
  ...(s.failures === undefined ? {} : { failures: s.failures }),
  ...(s.shadows === undefined ? {} : { shadows: s.shadows }),
  ...(s.canaries === undefined ? {} : { canaries: s.canaries }),
});

/** Who may serve, by layer; the rule first. */
export const registryOf = ({
  regime: l1,
  pattern: l2,
  signal: l3,
  position: l4,
  others = {},
  refused = {},
}: Pick<System, "regime" | "pattern" | "signal" | "position" | "others" | "refused">): Registry => ({
  regime: l1 === null ? [] : [l1, ...(others.regime ?? [])],
  pattern: l2 === null ? [] : [l2, ...(others.pattern ?? [])],
  signal: [l3, ...(others.signal ?? [])],
  position: [l4, ...(others.position ?? [])],
  refused,
});
