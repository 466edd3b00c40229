import { crc32 } from "node:zlib";
import type { Pattern, Regime, Signal } from "../domain/derived.ts";
import { Kind } from "../domain/kind.ts";
import { DecisionHash } from "./decisionHash.ts";

const FIRST_ROOM = 1 << 14;

/** Who decided: the layers that say a belief, and everything behind them (L4, gate, orders, fills). */
const PARTS = ["regime", "pattern", "signal", "position"] as const;
type Part = (typeof PARTS)[number];
const COUNT = PARTS.length;
const [REGIME, PATTERN, SIGNAL, BEHIND] = [0, 1, 2, 3];

/** The bar at which two runs first decide otherwise. */
interface Difference {
  readonly instrument: number;
  /** Line time of the bar's close. */
  readonly knownAtMs: number;
  /** The first part of the line that does. */
  readonly part: Part;
}

/** Decision bars in line order, with a CRC-32 for each part. */
export interface TrailBars {
  readonly count: number;
  readonly times: Float64Array;
  readonly instruments: Uint32Array;
  /** `[count, 4]`, row-major. */
  readonly sums: Uint32Array;
}

/**
 * A decision hash that also keeps CRC-32s for each decision bar, in line order: of each layer's belief, and of what follows up to the next
 * bar (plan, verdict, orders, fills). Memory: 28 bytes a decision bar.
 */
export class DecisionTrail extends DecisionHash {
  private sums = new Uint32Array(FIRST_ROOM * COUNT);
  private times = new Float64Array(FIRST_ROOM);
  private instruments = new Uint32Array(FIRST_ROOM);
  private count = 0;
  /** Where the records of the current part begin in the buffer. */
  private from = 0;
  private part = BEHIND;

  /** `before`: another run's last bar, which this run goes on with. */
  constructor(before?: TrailBars) {
    super();
    if (before === undefined) return;
    const last = before.count - 1;
    this.count = 1;
    this.times.set(before.times.subarray(last, last + 1));
    this.instruments.set(before.instruments.subarray(last, last + 1));
    this.sums.set(before.sums.subarray(last * COUNT, before.count * COUNT));
  }

  override signal(item: Signal): void {
    this.begin(item, SIGNAL);
    super.signal(item);
    this.turn(BEHIND);
  }

  override belief(item: Regime | Pattern, width: number): void {
    this.begin(item, item.kind === Kind.regime ? REGIME : PATTERN);
    super.belief(item, width);
    this.turn(BEHIND);
  }

  /** What was decided so far; from its last bar on with `last`. */
  bars(last = false): TrailBars {
    this.turn(this.part);
    const from = last ? Math.max(0, this.count - 1) : 0;
    return {
      count: this.count - from,
      times: this.times.slice(from, this.count),
      instruments: this.instruments.slice(from, this.count),
      sums: this.sums.slice(from * COUNT, this.count * COUNT),
    };
  }

  protected override leaving(): void {
    this.take();
    this.from = 0;
  }

  /** The first record of a bar ends the one before. */
  private begin({ instrument, knownAtMs }: Signal | Regime | Pattern, part: number): void {
    this.turn(part);
    const last = this.count - 1;
    if (last >= 0 && this.times[last] === knownAtMs && this.instruments[last] === instrument) return;
    if (this.count === this.times.length) this.grow();
    this.times[this.count] = knownAtMs;
    this.instruments[this.count] = instrument;
    this.count += 1;
  }

  private turn(part: number): void {
    this.take();
    this.from = this.at;
    this.part = part;
  }

  private take(): void {
    const place = (this.count - 1) * COUNT + this.part;
    if (this.count > 0) this.sums[place] = crc32(this.recordedFrom(this.from), this.sums[place]);
  }

  private grow(): void {
    const grown = <T extends Uint32Array | Float64Array>(old: T, make: (length: number) => T): T => {
      const more = make(old.length * 2);
      more.set(old);
      return more;
    };
    this.sums = grown(this.sums, (length) => new Uint32Array(length));
    this.times = grown(this.times, (length) => new Float64Array(length));
    this.instruments = grown(this.instruments, (length) => new Uint32Array(length));
  }
}

/** The first bar at which two runs have something else; `from`: the bar of `one` at which `other` begins. Undefined: none. */
export const firstDifference = (one: TrailBars, other: TrailBars, from = 0): Difference | undefined => {
  for (let index = 0; index < Math.max(one.count - from, other.count); index += 1) {
    const [own, others] = [barAt(one, from + index), barAt(other, index)];
    const bar = own ?? others;
    if (bar === undefined) continue;
    const same = own?.knownAtMs === others?.knownAtMs && own?.instrument === others?.instrument;
    const part = same ? bar.sums.findIndex((sum, place) => sum !== others?.sums[place]) : BEHIND;
    if (part >= 0) return { instrument: bar.instrument, knownAtMs: bar.knownAtMs, part: PARTS[part] as Part };
  }
  return undefined;
};

const barAt = (
  { count, times, instruments, sums }: TrailBars,
  bar: number,
): (Omit<Difference, "part"> & { readonly sums: Uint32Array }) | undefined =>
  bar < count
    ? { knownAtMs: times[bar] as number, instrument: instruments[bar] as number, sums: sums.subarray(bar * COUNT, (bar + 1) * COUNT) }
    : undefined;
