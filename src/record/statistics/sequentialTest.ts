import { InvariantError } from "../../domain/units.ts";

/** Shares of the wealth that could be lost at the lowest score. They are fixed, so that nothing is tuned to what the test sees. */
const STAKES = [0.8, 0.4, 0.2, 0.1, 0.05, 0.025] as const;
/** Nothing is decided beyond this, and it is a number that JSON can hold. */
const LOG_E_MAX = 230;

/**
 * An always-valid test of "no score is more than 0 on average", by betting (Waudby-Smith and Ramdas, Estimating means of bounded random
 * variables by betting, JRSS-B 2024): a player with 1 bets on each score s ≥ `lowest` and has 1 + λs times as much after it. While the mean of
 * every score, given all before it, is 0 or less, no way of playing multiplies the wealth on average, so the probability that it
 * *ever* reaches 1 / α is at most α (Ville): one may look every day, and stop when one likes. The wealth is the e-value.
 *
 * Each λ of `STAKES` / −`lowest` is played with a sixth of the wealth. Scores of a day come in tracks: within a track no score is open when the next
 * one is decided, so their bets multiply; the factor of the day is the mean over the tracks, whose scores may overlap.
 */
export class SequentialTest {
  private readonly lowest: number;
  private readonly logWealth = new Float64Array(STAKES.length);

  /** `lowest`: no score is below it; it is negative. */
  constructor(lowest: number) {
    if (!(lowest < 0)) throw new InvariantError(`a test whose lowest score is ${lowest}`);
    this.lowest = lowest;
  }

  /** Takes a day. `tracks`: scores of each in time order; one without scores did not play. Throws `InvariantError` for a score below the lowest. */
  day(tracks: readonly (readonly number[])[]): void {
    for (const track of tracks)
      for (const score of track)
        if (!(score >= this.lowest * (1 + 1e-12))) throw new InvariantError(`a score of ${score}, and none may be below ${this.lowest}`);
    for (const [i, stake] of STAKES.entries()) {
      const bet = stake / -this.lowest;
      const factors = tracks.map((track) => track.reduce((wealth, score) => wealth * (1 + bet * score), 1));
      const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
      if (tracks.length > 0) this.logWealth[i] = (this.logWealth[i] as number) + Math.log(mean);
    }
  }

  /** The e-value: how many times its stake a bet against the hypothesis has made so far. */
  get e(): number {
    const most = Math.min(LOG_E_MAX, Math.max(...this.logWealth));
    const sum = this.logWealth.reduce((total, log) => total + Math.exp(Math.min(log, LOG_E_MAX) - most), 0);
    return (Math.exp(most) * sum) / STAKES.length;
  }
}
