import { DAY_MS } from "../../../src/domain/units.ts";
import { bandOf } from "../../bands.ts";
import { Delayed, NOTHING_DUE } from "../../delayed.ts";
import { OutcomeCounts } from "../../outcomeCounts.ts";

export interface OutlookSettings {
  readonly horizonBars: number;
  /** Volatility units · √horizon that the price must go for up or down. */
  readonly threshold: number;
  readonly priorBars: number;
  readonly halfLifeBars: number;
  readonly sessionMs: number;
}

/** Edges of the bands: recent volatility over the unit, and the two scores. */
const HASTE = Float64Array.of(0.6, 0.8, 1.1, 1.4);
const TREND = Float64Array.of(-0.4, -0.15, 0.15, 0.4);
const FIGURES = Float64Array.of(-0.15, 0.15);
const TRENDS = TREND.length + 1;
const DIRECTIONS = TRENDS * (FIGURES.length + 1);

const [FAR, NEAR] = [0, 1] as const;
const [UP, DOWN] = [0, 1] as const;
/** Equal odds: of a far move before anything is learnt, and of up and down at any time, for no drift is presumed. */
const EVEN = Float64Array.of(0.5, 0.5);

/** What an outlook is asked with at a bar. */
interface OutlookSituation {
  readonly close: number;
  readonly unit: number;
  readonly haste: number;
}

/**
 * P(up) and P(down) over the next `horizonBars`, learnt online from the same bars: up is a log return above threshold · σ · √horizon,
 * down one below minus that, σ the volatility unit of the deciding bar. Two questions, each with its table of decayed counts: *whether* the price
 * goes that far, by recent volatility and part of the UTC day; and then *which way*, by the scores of trend and figures.
 */
export class Outlook {
  private readonly settings: OutlookSettings;
  private readonly sessions: number;
  private readonly reach: number;
  private readonly pending: Delayed;
  /** By place in `pending`: log close and the log return that is far, of the decision there. */
  private readonly closes: Float64Array;
  private readonly bounds: Float64Array;
  private readonly everFar: OutcomeCounts;
  private readonly far: OutcomeCounts;
  private readonly way: OutcomeCounts;
  private readonly odds = new Float64Array(2);
  private readonly ways = new Float64Array(2);

  constructor(settings: OutlookSettings) {
    const { horizonBars, priorBars, halfLifeBars } = settings;
    this.settings = settings;
    this.sessions = Math.ceil(DAY_MS / settings.sessionMs);
    this.reach = settings.threshold * Math.sqrt(horizonBars);
    this.pending = new Delayed(horizonBars);
    this.closes = new Float64Array(horizonBars);
    this.bounds = new Float64Array(horizonBars);
    const counts = (cells: number): OutcomeCounts => new OutcomeCounts({ cells, outcomes: 2, strength: priorBars, halfLifeBars });
    this.everFar = counts(1);
    this.far = counts((HASTE.length + 1) * this.sessions);
    this.way = counts(DIRECTIONS);
  }

  /** Goes on to a bar, once at each, and learns the outcome of the decision that comes due. */
  next(openTimeMs: number, barMs: number, close: number): void {
    this.everFar.age();
    this.far.age();
    this.way.age();
    const due = this.pending.due(openTimeMs, barMs);
    if (due !== NOTHING_DUE) this.learn(due, close);
  }

  private learn(due: number, close: number): void {
    const { slot } = this.pending;
    const moved = close - (this.closes[slot] as number);
    const bound = this.bounds[slot] as number;
    const outcome = moved > bound || moved < -bound ? FAR : NEAR;
    const direction = due % DIRECTIONS;
    this.everFar.learn(0, outcome);
    this.far.learn((due - direction) / DIRECTIONS, outcome);
    if (outcome === FAR) this.way.learn(direction, moved > 0 ? UP : DOWN);
  }

  /** Fills `out[0]` and `out[1]` with P(up) and P(down) at the present bar, which closes at `closeMs`. */
  say({ close, unit, haste }: OutlookSituation, trend: number, figures: number, closeMs: number, out: Float64Array): void {
    const { pending, odds, ways } = this;
    const session = Math.floor((closeMs % DAY_MS) / this.settings.sessionMs);
    const cell = bandOf(HASTE, haste) * this.sessions + session;
    const direction = bandOf(FIGURES, figures) * TRENDS + bandOf(TREND, trend);
    pending.put(cell * DIRECTIONS + direction);
    this.closes[pending.slot] = close;
    this.bounds[pending.slot] = this.reach * unit;
    this.everFar.predict(0, EVEN, odds);
    this.far.predict(cell, odds, odds);
    this.way.predict(direction, EVEN, ways);
    const far = odds[FAR] as number;
    out[0] = far * (ways[UP] as number);
    out[1] = far * (ways[DOWN] as number);
  }
}
