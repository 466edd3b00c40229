import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { Instrument } from "./domain/instrument.ts";
import type { Item } from "./domain/item.ts";
import type { Venue } from "./domain/ports.ts";
import type { RiskLimits } from "./risk/limits.ts";
import type { PositionModule } from "../models/position/positionModule.ts";
import type { SignalModule } from "../models/signal/signalModule.ts";
import { account } from "../operators/account.ts";
import { bars } from "../operators/bars.ts";
import { continuity } from "../operators/continuity.ts";
import { execute } from "../operators/execute.ts";
import { position } from "../operators/position.ts";
import { riskGate } from "../operators/riskGate.ts";
import { signal } from "../operators/signal.ts";

/** Everything the pipeline is made of; composed in `src/cli`, the same for backtest, paper and live. */
export interface System {
  readonly instruments: readonly Instrument[];
  /** Longer time frames, in ms. */
  readonly timeframesMs: readonly number[];
  readonly signal: SignalModule;
  readonly position: PositionModule;
  readonly limits: RiskLimits;
  readonly venue: Venue;
  readonly startUsdt: number;
  /** Decision bars that close up to this time only warm up. */
  readonly tradeFromMs: number;
}

/** Market line → what we believe. Knows nothing of the account. */
export const perceive = (s: System): OperatorFunction<Item, Item> =>
  pipe(
    continuity(s.instruments), // duplicates, reorders, gaps: what passes is whole, or says that it is not
    bars(s.instruments, s.timeframesMs), // 1m → the decision bar and 5m, 15m, 1h, aligned to UTC
    signal(s.instruments, s.signal), // L3: LONG | SHORT | NEUTRAL
  );

/** Belief + account → orders. The only part that knows what we own. */
export const act = (s: System): OperatorFunction<Item, Item> =>
  pipe(
    account(s.instruments, s.startUsdt), // position, cash, equity: exactly what the fills say
    position({ instruments: s.instruments, module: s.position, limits: s.limits.position, tradeFromMs: s.tradeFromMs }), // L4
    riskGate(s.instruments, s.limits, s.tradeFromMs), // three tiers, in line: there is no way around it
    execute(s.instruments, s.venue), // approved plans → orders, idempotent, always protected
  );

/**
 * The whole line of a backtest: recorded$ → perceive → simulatedVenue → act. Live it is perceive → act; there the account
 * events arrive on the private socket and the sequencer puts them where the simulated venue's fills stand here.
 */
export const backtestLine = (s: System, fills: OperatorFunction<Item, Item>): OperatorFunction<Item, Item> =>
  pipe(perceive(s), fills, act(s));
