import { DAY_MS } from "../../domain/units.ts";
import type { ShadowDay, ShadowResult } from "../../record/shadowRecord.ts";
import { ChampionTest } from "./championTest.ts";
import type { ScorePair } from "./championTest.ts";
import type { JudgedBar } from "./judgedDays.ts";
import { regimeScore, sideOf, signalScore } from "./scores.ts";

interface ShadowPairOptions {
  readonly layer: "regime" | "signal";
  readonly champion: string;
  readonly challenger: string;
  /** Of the challenger among those who are compared; the champion has place 0. */
  readonly place: number;
  /** From a judged bar to the time when its label is known. */
  readonly lifeMs: number;
  readonly width: number;
  readonly lowest: number | null;
  readonly stop: number;
  readonly target: number;
  readonly costs: readonly number[];
  readonly everyMs: number;
  readonly alpha: number;
  readonly actedOut: boolean;
}

/** A challenger and its champion: their scores, and the test of them. */
export class ShadowPair {
  private readonly options: ShadowPairOptions;
  private readonly test: ChampionTest;
  /** Bars that lie so far apart share no label. */
  private readonly phases: number;
  private readonly sums = { days: 0, bars: 0, spoke: 0, acted: 0, championActed: 0, championScore: 0, challengerScore: 0 };
  private promoted: { readonly atMs: number; readonly days: number } | null = null;
  private rolledBackMs: number | null = null;

  constructor(options: ShadowPairOptions) {
    this.options = options;
    this.test = new ChampionTest(options);
    this.phases = Math.ceil(options.lifeMs / options.everyMs);
  }

  /**
   * Takes a day that is over. Bars whose label would be known only after the day count nowhere, so that no two days share a
   * label. Null: nothing is known of the day. `atMs`: when it is looked at.
   */
  day(dayMs: number, atMs: number, bars: readonly JudgedBar[]): ShadowDay | null {
    const { layer, champion, challenger, lifeMs, everyMs, costs } = this.options;
    const tracks: ScorePair[][] = Array.from({ length: this.phases * costs.length }, () => []);
    const day = { bars: 0, championScore: 0, challengerScore: 0 };
    for (const bar of bars) {
      if (bar.knownAtMs + lifeMs > dayMs + DAY_MS) continue;
      const pair = this.score(bar);
      if (pair === null) continue;
      const phase = Math.floor((bar.knownAtMs - dayMs) / everyMs) % this.phases;
      tracks[bar.instrument * this.phases + phase]?.push(pair);
      day.bars += 1;
      day.championScore += pair.champion;
      day.challengerScore += pair.challenger;
    }
    if (day.bars === 0) return null;
    const { sums } = this;
    sums.days += 1;
    sums.bars += day.bars;
    sums.championScore += day.championScore / day.bars;
    sums.challengerScore += day.challengerScore / day.bars;
    const decision = this.test.day(tracks);
    if (decision === "promote") this.promoted = { atMs, days: sums.days };
    if (decision === "rollBack") this.rolledBackMs = atMs;
    const { eChampion, eNothing, eRollBack } = this.test;
    return {
      ...{ dayMs, layer, champion, challenger, bars: day.bars },
      ...{ championScore: day.championScore / day.bars, challengerScore: day.challengerScore / day.bars },
      ...{ eChampion, eNothing, eRollBack, decision },
    };
  }

  get result(): ShadowResult {
    const { layer, champion, challenger, alpha, actedOut } = this.options;
    const { championScore, challengerScore, ...counts } = this.sums;
    const { eChampion, eNothing, eRollBack } = this.test;
    return {
      ...{ layer, champion, challenger, ...counts },
      ...{ championScore: championScore / counts.days, challengerScore: challengerScore / counts.days },
      ...{ eChampion, eNothing, eRollBack, needed: 1 / alpha },
      ...{ promotedMs: this.promoted?.atMs ?? null, promotedDays: this.promoted?.days ?? null, rolledBackMs: this.rolledBackMs, actedOut },
    };
  }

  /** Null: one of the two cannot be scored there. */
  private score({ said, outcome, instrument }: JudgedBar): ScorePair | null {
    const { layer, place, stop, target, costs } = this.options;
    const shadow = said.get(layer);
    if (shadow === undefined || outcome === null) return null;
    const { values, width, own } = shadow;
    if (layer === "regime") {
      const pair = { champion: regimeScore(values, 0, outcome), challenger: regimeScore(values, place * width, outcome) };
      if (Number.isNaN(pair.champion + pair.challenger)) return null;
      this.sums.spoke += own[place] as number;
      return pair;
    }
    const sides = [sideOf(values, 0), sideOf(values, place * width)] as const;
    const prices = { stop, target, cost: costs[instrument] as number };
    this.sums.spoke += own[place] as number;
    this.sums.championActed += Math.abs(sides[0]);
    this.sums.acted += Math.abs(sides[1]);
    return { champion: signalScore(sides[0], outcome, prices), challenger: signalScore(sides[1], outcome, prices) };
  }
}
