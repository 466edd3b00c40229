import type { ShadowDecision } from "../../record/shadowRecord.ts";
import { SequentialTest } from "../../record/statistics/sequentialTest.ts";

/** Scores of a judged bar. */
export interface ScorePair {
  readonly champion: number;
  readonly challenger: number;
}

interface ChampionTestOptions {
  readonly alpha: number;
  /** How far two scores of one bar can lie apart. */
  readonly width: number;
  /** Lowest score of a bar, where a member must also beat doing nothing, which scores 0; null: it need not. */
  readonly lowest: number | null;
}

/**
 * Whether a challenger is to take its champion's place, looked at once a day. It must be better than the champion and, of a signal, better than
 * nothing: a member that abstains would beat a rule that bleeds costs. Once promoted it can be rolled back by the mirrored test, which begins then: the champion
 * before against it. A challenger that was rolled back is not promoted again.
 */
export class ChampionTest {
  private readonly against: SequentialTest;
  private readonly alone: SequentialTest | null;
  private back: SequentialTest | null = null;
  private readonly needed: number;
  private readonly width: number;
  standing: "challenger" | "promoted" | "rolledBack" = "challenger";

  constructor({ alpha, width, lowest }: ChampionTestOptions) {
    this.against = new SequentialTest(-width);
    this.alone = lowest === null ? null : new SequentialTest(lowest);
    this.needed = 1 / alpha;
    this.width = width;
  }

  /** Takes a day: tracks of judged bars (`SequentialTest`). */
  day(tracks: readonly (readonly ScorePair[])[]): ShadowDecision {
    if (this.standing === "rolledBack") return "";
    if (this.back !== null) {
      this.back.day(tracks.map((track) => track.map(({ champion, challenger }) => champion - challenger)));
      if (this.back.e < this.needed) return "";
      this.standing = "rolledBack";
      return "rollBack";
    }
    this.against.day(tracks.map((track) => track.map(({ champion, challenger }) => challenger - champion)));
    this.alone?.day(tracks.map((track) => track.map(({ challenger }) => challenger)));
    if (this.against.e < this.needed || (this.alone !== null && this.alone.e < this.needed)) return "";
    this.standing = "promoted";
    this.back = new SequentialTest(-this.width);
    return "promote";
  }

  get eChampion(): number {
    return this.against.e;
  }
  get eNothing(): number {
    return this.alone?.e ?? NaN;
  }
  get eRollBack(): number {
    return this.back?.e ?? NaN;
  }
}
