import type { OperatorFunction } from "rxjs";
import { columnsNamed } from "../../../operators/features/featureSet.ts";
import type { FeatureSet } from "../../../operators/features/featureSet.ts";
import { regimeStateOf } from "../../../operators/features/regime/regimeRule.ts";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";
import type { BeliefLayer } from "../../../models/serving.ts";
import type { FeatureRow, Shadow } from "../../domain/derived.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { Bar } from "../../domain/kline.ts";
import { InvariantError, MINUTE_MS } from "../../domain/units.ts";
import type { ShadowDay, ShadowRecord } from "../../record/shadowRecord.ts";
import { REGIME_INPUTS } from "../dataset/collectDataset.ts";
import { REGIME_BARS } from "../labels/labelStream.ts";
import { JudgedDays } from "./judgedDays.ts";
import type { JudgedBar } from "./judgedDays.ts";
import { LOG_WIDTH } from "./scores.ts";
import { ShadowPair } from "./shadowPair.ts";

interface ShadowJudgeOptions {
  readonly instruments: readonly Instrument[];
  /** The feature row; null: none. */
  readonly set: FeatureSet | null;
  readonly fromMs: number;
  /** From here on nothing is acted out: the line is over. */
  readonly toMs: number;
  /** By layer, who is compared, the champion first. */
  readonly members: Readonly<Partial<Record<BeliefLayer, readonly string[]>>>;
  readonly everyMs: number;
  readonly alpha: number;
  /** Bracket and horizon of the labels, fractions of the entry. */
  readonly stop: number;
  readonly target: number;
  readonly horizonMs: number;
  /** By instrument, a round trip as a fraction of the entry. */
  readonly costs: readonly number[];
  /** What is decided is done on the line. */
  readonly actedOut: boolean;
}

/** A change that the judge asks for: at 00:00 UTC another member serves. */
export interface AskedSwap {
  readonly atMs: number;
  readonly layer: BeliefLayer;
  readonly member: string;
}

/** Compares members of the line day by day, as the line runs. Fill it by `judgeShadows`; it touches nothing there. */
export class ShadowJudge {
  private readonly days: JudgedDays;
  private readonly pairs: readonly ShadowPair[];
  private readonly rows: ShadowDay[] = [];
  private readonly stateColumns: readonly [percentile: number, trend: number] | null;
  /** What the looks so far ask for, in order. */
  readonly asked: AskedSwap[] = [];
  private readonly toMs: number;
  /** Pairs of which something was decided when the line was over. */
  private readonly late = new Set<ShadowPair>();

  /** Throws a `UserError` where a regime is compared on a line without the two features that its states are made of. */
  constructor(options: ShadowJudgeOptions) {
    const { set, members, costs, stop, target, horizonMs } = options;
    this.days = new JudgedDays(options);
    this.toMs = options.toMs;
    this.stateColumns =
      members.regime === undefined || set === null
        ? null
        : (columnsNamed(set, REGIME_INPUTS, "the comparison of regimes") as unknown as [number, number]);
    const worstCost = Math.max(0, ...costs);
    const rules = {
      signal: { lifeMs: horizonMs + MINUTE_MS, width: stop + Math.max(target, worstCost), lowest: -(stop + worstCost) },
      regime: { lifeMs: (REGIME_BARS + 1) * MINUTE_MS, width: LOG_WIDTH, lowest: null },
    };
    this.pairs = (["regime", "signal"] as const).flatMap((layer) =>
      (members[layer] ?? []).slice(1).map(
        (challenger, i) =>
          new ShadowPair({
            ...{ layer, champion: members[layer]?.[0] as string, challenger, place: i + 1, ...rules[layer] },
            ...{ stop, target, costs, everyMs: options.everyMs, alpha: options.alpha, actedOut: options.actedOut },
          }),
      ),
    );
  }

  bar(bar: Bar): void {
    this.days.bar(bar);
  }
  features({ instrument, values, row, features }: FeatureRow): void {
    if (this.stateColumns === null) return;
    const [v, t] = this.stateColumns.map((column) => values[row * features + column] as number) as [number, number];
    this.days.state(instrument, Number.isNaN(v) || Number.isNaN(t) ? -1 : regimeStateOf(v, t));
  }
  shadow(shadow: Shadow): void {
    this.days.shadow(shadow);
  }

  /** Looks at every day that is over; behind a barrier. */
  look(): void {
    for (const { dayMs, atMs, bars } of this.days.takeOver()) this.lookAt(dayMs, atMs, bars);
  }

  finish(): void {
    this.days.finish();
    this.look();
  }

  get record(): ShadowRecord {
    const results = this.pairs.map((pair) => ({ ...pair.result, actedOut: pair.result.actedOut && !this.late.has(pair) }));
    return { results, days: this.rows };
  }

  private lookAt(dayMs: number, atMs: number, bars: readonly JudgedBar[]): void {
    for (const pair of this.pairs) {
      const row = pair.day(dayMs, atMs, bars);
      if (row === null) continue;
      this.rows.push(row);
      if (atMs >= this.toMs && row.decision !== "") this.late.add(pair);
      else if (row.decision === "promote") this.asked.push({ atMs, layer: row.layer, member: row.challenger });
      else if (row.decision === "rollBack") this.asked.push({ atMs, layer: row.layer, member: row.champion });
    }
  }
}

const HANDLERS: StepHandlers<ShadowJudge> = {
  [Kind.bar]: (judge, item) => {
    judge.bar(item);
  },
  [Kind.featureRow]: (judge, item) => {
    judge.features(item);
  },
  [Kind.shadow]: (judge, item) => {
    judge.shadow(item);
  },
  [Kind.barrier]: (judge) => {
    judge.look();
  },
};

/** Shows a judge what passes. One judge sees one line. */
export const judgeShadows = (judge: ShadowJudge): OperatorFunction<Item, Item> => {
  let subscribed = false;
  const init = (): ShadowJudge => {
    if (subscribed) throw new InvariantError("a judge of shadows sees one line");
    subscribed = true;
    return judge;
  };
  return stepOperator("judgeShadows", init, HANDLERS, { emits: [] });
};
