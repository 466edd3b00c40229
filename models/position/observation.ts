import { REGIME_STATES } from "../../src/domain/derived.ts";
import { QUARTER_STEPS, SINE, TURN_STEPS } from "../../operators/features/time/sineTable.ts";
import { DAY_MS, MINUTE_MS } from "../../src/domain/units.ts";
import type { PositionView } from "./positionModule.ts";

/** One number that L4 sees, as `docs/observation.md` prints it. */
interface ObservationColumn {
  readonly name: string;
  readonly unit: string;
  readonly formula: string;
}

const column = (name: string, unit: string, formula: string): ObservationColumn => ({ name, unit, formula });

/**
 * What L4 sees of a decision bar, in this order: one table for the shipped rules, for the environment in which policies are trained and
 * for those that serve. Every number is finite: what is not known is 0, and the flag of its group says so. Changing it makes
 * trained policies unusable, so a test pins its hash.
 */
export const OBSERVATION_COLUMNS: readonly ObservationColumn[] = [
  ...REGIME_STATES.map((state) => column(`regime_${state.replace(" ", "_")}`, "probability", `L1: P(${state})`)),
  column("regime_known", "flag", "1 when L1 is ready"),
  column("pattern_up", "probability", "L2: P(up) over its horizon"),
  column("pattern_down", "probability", "L2: P(down) over its horizon"),
  column("pattern_known", "flag", "1 when L2 is ready"),
  column("signal_long", "probability", "L3: P(LONG)"),
  column("signal_short", "probability", "L3: P(SHORT)"),
  column("signal_neutral", "probability", "L3: P(NEUTRAL); 1 while L3 is not ready"),
  column("net_long", "stops", "L3: expected net return of a long / s, within ±10"),
  column("net_short", "stops", "L3: expected net return of a short / s, within ±10"),
  column("net_known", "flag", "1 when L3 states both net returns"),
  column("confidence", "probability", "L3: probability that its likelier side ends with a profit"),
  column("confidence_known", "flag", "1 when L3 states it"),
  column("signal_ready", "flag", "1 when L3 is ready"),
  column("side", "sign", "1 long, −1 short, 0 flat"),
  column("size", "fraction", "|position| / (|position| + what `maxQtyLots` would still allow on its side), 0 flat"),
  column(
    "room",
    "fraction",
    "margin of the largest entry still allowed on the held side (flat: on the likelier one) / equity, within 0 to 1",
  ),
  column("unrealised", "fraction", "g = side · (close / average entry − 1), 0 flat"),
  column("unrealised_stops", "stops", "g / s, within ±10"),
  column("time_in_trade", "fraction", "minutes since the entry / time limit, at most 2, 0 flat"),
  column("stop_distance", "stops", "side · (close − stop) / close / s, within ±10; 0 without a stop"),
  column("stop_known", "flag", "1 when the position has a stop"),
  column("part_taken", "flag", "1 once part of this position was taken off"),
  column("scaled_in", "flag", "1 once this position was scaled in"),
  column("entry_pending", "flag", "1 while an entry is on its way or rests"),
  column("exit_pending", "flag", "1 while an exit is on its way"),
  column("day_loss_left", "fraction", "what is left of the day's permitted loss, of all of it"),
  column("natr_14", "fraction", "ATR(14) / close, from the feature row"),
  column("natr_known", "flag", "1 when the feature is known"),
  column("time_of_day_sin", "1", "sin(2π · minutes since 00:00 UTC / 1440) at the close"),
  column("time_of_day_cos", "1", "cos(2π · minutes since 00:00 UTC / 1440) at the close"),
];

/** Numbers of an observation. */
export const OBSERVATION_WIDTH = OBSERVATION_COLUMNS.length;

/** Place of each column, by the part of the table that fills it. */
export const Observed = {
  regime: 0,
  regimeKnown: 7,
  patternUp: 8,
  patternDown: 9,
  patternKnown: 10,
  signalLong: 11,
  signalShort: 12,
  signalNeutral: 13,
  netLong: 14,
  netShort: 15,
  netKnown: 16,
  confidence: 17,
  confidenceKnown: 18,
  signalReady: 19,
  side: 20,
  size: 21,
  room: 22,
  unrealised: 23,
  unrealisedStops: 24,
  timeInTrade: 25,
  stopDistance: 26,
  stopKnown: 27,
  partTaken: 28,
  scaledIn: 29,
  entryPending: 30,
  exitPending: 31,
  dayLossLeft: 32,
  natr: 33,
  natrKnown: 34,
  timeSin: 35,
  timeCos: 36,
} as const;

/** What an observation needs and the view of the position does not hold: terms of the module that asks, and its memory of the trade. */
export interface ObservationExtras {
  /** s, the distance of an entry's stop as a fraction of its price: the unit "stops". */
  readonly stopFraction: number;
  readonly timeLimitMinutes: number;
  readonly leverage: number;
  /** How much above the close margin of an entry is reserved at, as a fraction; no cap on its fill. */
  readonly worstFraction: number;
  /** The feature natr_14; NaN when it is not known. */
  readonly natr: number;
  readonly partTaken: boolean;
  readonly scaledIn: boolean;
}

/** Multiples of the stop distance beyond this say no more. */
const STOPS_MAX = 10;
const TIME_MAX = 2;

/** Fills `out`, `[OBSERVATION_WIDTH]`, with what L4 sees at a decision bar; allocates nothing. */
export const observe = (view: PositionView, extras: ObservationExtras, out: Float64Array | Float32Array): void => {
  observeBeliefs(view, out);
  observeSignal(view, extras.stopFraction, out);
  observePosition(view, extras, out);
  observeMemory(view, extras, out);
};

const observeBeliefs = ({ regime, pattern }: PositionView, out: Float64Array | Float32Array): void => {
  const { ready, probabilities } = regime;
  for (let i = 0; i < REGIME_STATES.length; i += 1) out[Observed.regime + i] = ready ? (probabilities[i] as number) : 0;
  out[Observed.regimeKnown] = ready ? 1 : 0;
  out[Observed.patternUp] = pattern.ready ? pattern.pUp : 0;
  out[Observed.patternDown] = pattern.ready ? pattern.pDown : 0;
  out[Observed.patternKnown] = pattern.ready ? 1 : 0;
};

const observeSignal = ({ signal }: PositionView, stopFraction: number, out: Float64Array | Float32Array): void => {
  const { netLong, netShort, confidence, ready } = signal;
  const net = ready && netLong === netLong && netShort === netShort;
  const confident = ready && confidence === confidence;
  out[Observed.signalLong] = ready ? signal.pLong : 0;
  out[Observed.signalShort] = ready ? signal.pShort : 0;
  out[Observed.signalNeutral] = ready ? signal.pNeutral : 1;
  out[Observed.netLong] = net ? bounded(netLong / stopFraction, STOPS_MAX) : 0;
  out[Observed.netShort] = net ? bounded(netShort / stopFraction, STOPS_MAX) : 0;
  out[Observed.netKnown] = net ? 1 : 0;
  out[Observed.confidence] = confident ? confidence : 0;
  out[Observed.confidenceKnown] = confident ? 1 : 0;
  out[Observed.signalReady] = ready ? 1 : 0;
};

const observePosition = (view: PositionView, extras: ObservationExtras, out: Float64Array | Float32Array): void => {
  const { instrument, position, signal, bar, equityUsdt, stopTicks } = view;
  const { stopFraction, leverage } = extras;
  const { positionLots } = position;
  const side = positionLots > 0 ? 1 : positionLots < 0 ? -1 : 0;
  const { close } = bar;
  const closeTicks = close / instrument.tickSize;
  const direction = side === 0 ? (signal.pLong >= signal.pShort ? 1 : -1) : side;
  const roomLots = view.maxQtyLots(direction, Math.ceil(closeTicks * (1 + extras.worstFraction)), leverage);
  const gained = side === 0 ? 0 : side * (closeTicks / position.averageTicks - 1);
  const stopped = side !== 0 && stopTicks > 0;
  out[Observed.side] = side;
  out[Observed.size] = side === 0 ? 0 : Math.abs(positionLots) / (Math.abs(positionLots) + roomLots);
  // Without limits the room is endless, and without equity there is none.
  out[Observed.room] = equityUsdt > 0 ? Math.min(1, (roomLots * instrument.lotSize * close) / (equityUsdt * leverage)) : 0;
  out[Observed.unrealised] = gained;
  out[Observed.unrealisedStops] = bounded(gained / stopFraction, STOPS_MAX);
  out[Observed.timeInTrade] =
    side === 0 ? 0 : Math.min(TIME_MAX, (bar.knownAtMs - position.openedAtMs) / (extras.timeLimitMinutes * MINUTE_MS));
  out[Observed.stopDistance] = stopped ? bounded((side * (1 - stopTicks / closeTicks)) / stopFraction, STOPS_MAX) : 0;
  out[Observed.stopKnown] = stopped ? 1 : 0;
};

const observeMemory = (view: PositionView, { natr, partTaken, scaledIn }: ObservationExtras, out: Float64Array | Float32Array): void => {
  const { knownAtMs } = view.bar;
  const step = Math.floor(((knownAtMs % DAY_MS) / DAY_MS) * TURN_STEPS);
  out[Observed.partTaken] = partTaken ? 1 : 0;
  out[Observed.scaledIn] = scaledIn ? 1 : 0;
  out[Observed.entryPending] = view.entryPending ? 1 : 0;
  out[Observed.exitPending] = view.exitPending ? 1 : 0;
  out[Observed.dayLossLeft] = view.dayLossLeft;
  out[Observed.natr] = natr === natr ? natr : 0;
  out[Observed.natrKnown] = natr === natr ? 1 : 0;
  out[Observed.timeSin] = SINE[step] as number;
  out[Observed.timeCos] = SINE[step + QUARTER_STEPS] as number;
};

const bounded = (value: number, most: number): number => Math.max(-most, Math.min(most, value));
