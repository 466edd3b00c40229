import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";

const WINDOW = 60;
/** Three signs of two kinds. */
const PATTERNS = 8;
/** Runs are counted up to here, so that the column forgets what came before its warm-up; one in 30,000 would be longer by chance. */
const LONGEST_RUN = 15;
/** Patterns of three inside the window. */
const COUNTED = WINDOW - 2;
/** −p ln p / ln 8 of p = count / 58. */
const SURPRISE = Float64Array.from({ length: COUNTED + 1 }, (_, count) => {
  const p = count / COUNTED;
  return count === 0 ? 0 : (-p * Math.log(p)) / (3 * Math.LN2);
});

class SignState {
  /** Pattern and "up" of the last bars, by bar modulo the window's length. */
  readonly patterns = new Uint8Array(COUNTED);
  readonly ups = new Uint8Array(WINDOW);
  readonly counts = new Int32Array(PATTERNS);
  returns = 0;
  patternAt = 0;
  upAt = 0;
  upCount = 0;
  pattern = 0;
  /** Length of the run, with the sign of its returns; 0 after a return of 0. */
  run = 0;

  add(logReturn: number): void {
    const up = logReturn > 0 ? 1 : 0;
    this.returns += 1;
    this.upCount += up - (this.ups[this.upAt] as number);
    this.ups[this.upAt] = up;
    this.upAt = this.upAt + 1 === WINDOW ? 0 : this.upAt + 1;
    this.pattern = ((this.pattern << 1) | up) & (PATTERNS - 1);
    if (this.returns >= 3) this.count(this.pattern);
    if (logReturn > 0) this.run = this.run > 0 ? Math.min(LONGEST_RUN, this.run + 1) : 1;
    else if (logReturn < 0) this.run = this.run < 0 ? Math.max(-LONGEST_RUN, this.run - 1) : -1;
    else this.run = 0;
  }

  private count(pattern: number): void {
    if (this.returns >= COUNTED + 3) this.counts[this.patterns[this.patternAt] as number]! -= 1;
    this.patterns[this.patternAt] = pattern;
    this.counts[pattern]! += 1;
    this.patternAt = this.patternAt + 1 === COUNTED ? 0 : this.patternAt + 1;
  }

  get entropy(): number {
    let sum = 0;
    for (let i = 0; i < PATTERNS; i += 1) sum += SURPRISE[this.counts[i] as number] as number;
    return sum;
  }
}

/** Directions of the last closes, without their sizes. */
export const signs = featureFamily<SignState>({
  name: "signs",
  columns: featureColumns("Signs of close-to-close returns", [
    [
      "sign_entropy_60",
      "−Σ p ln p / ln 8 over the 8 patterns of 3 successive signs (r > 0 or not), p their shares of the 58 in 60 bars",
      "fraction",
      61,
      "Shannon, A mathematical theory of communication (1948); Risso, The informational efficiency and the financial crashes (2008)",
    ],
    ["up_share_60", "share of r > 0 in 60 bars", "fraction", 61],
    ["sign_run", "s ln(1 + number of successive bars up to this one, at most 15, with sign(r) = s); 0 if r = 0", "1", 16],
  ]),
  init: () => new SignState(),
  bar(state, bar, out, at) {
    if (bar.previousClose > 0) state.add(bar.logReturn);
    const { run } = state;
    out[at] = state.entropy;
    out[at + 1] = state.upCount / WINDOW;
    out[at + 2] = run < 0 ? -Math.log(1 - run) : Math.log(1 + run);
  },
});
