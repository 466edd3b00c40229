import { crc32 } from "node:zlib";
import type { Pattern, Regime, Signal } from "../domain/derived.ts";
import { DecisionHash } from "./decisionHash.ts";

const FIRST_ROOM = 1 << 14;

/** The bar at which two runs first decide otherwise. */
interface Difference {
  readonly instrument: number;
  /** Line time of the bar's close. */
  readonly knownAtMs: number;
}

/**
 * A decision hash that also keeps one CRC-32 for each decision bar, in line order. It covers everything from that bar to the next one:
 * beliefs, plan, verdict, orders and fills. Memory: 16 bytes a decision bar.
 */
export class DecisionTrail extends DecisionHash {
  private sums = new Uint32Array(FIRST_ROOM);
  private times = new Float64Array(FIRST_ROOM);
  private instruments = new Uint32Array(FIRST_ROOM);
  private count = 0;
  /** Where the current bar begins in the buffer, and the CRC of its part that has left the buffer. */
  private from = 0;
  private sum = 0;

  override signal(item: Signal): void {
    this.begin(item);
    super.signal(item);
  }

  override belief(item: Regime | Pattern, width: number): void {
    this.begin(item);
    super.belief(item, width);
  }

  /** The first bar at which the other trail has something else; undefined: none. */
  differsFrom(other: DecisionTrail): Difference | undefined {
    this.keep();
    other.keep();
    for (let index = 0; index < Math.max(this.count, other.count); index += 1) {
      const [own, others] = [this.barAt(index), other.barAt(index)];
      const bar = own ?? others;
      const same = own?.sum === others?.sum && own?.knownAtMs === others?.knownAtMs && own?.instrument === others?.instrument;
      if (!same && bar !== undefined) return { instrument: bar.instrument, knownAtMs: bar.knownAtMs };
    }
    return undefined;
  }

  protected override leaving(): void {
    this.take();
    this.from = 0;
  }

  /** The first record of a bar ends the one before. */
  private begin({ instrument, knownAtMs }: Signal | Regime | Pattern): void {
    const last = this.count - 1;
    if (last >= 0 && this.times[last] === knownAtMs && this.instruments[last] === instrument) return;
    this.keep();
    this.sum = 0;
    if (this.count === this.sums.length) this.grow();
    this.times[this.count] = knownAtMs;
    this.instruments[this.count] = instrument;
    this.count += 1;
  }

  private keep(): void {
    this.take();
    if (this.count > 0) this.sums[this.count - 1] = this.sum;
  }

  private take(): void {
    this.sum = crc32(this.recordedFrom(this.from), this.sum);
    this.from = this.at;
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

  private barAt(bar: number): (Difference & { readonly sum: number }) | undefined {
    if (bar >= this.count) return undefined;
    return { sum: this.sums[bar] as number, knownAtMs: this.times[bar] as number, instrument: this.instruments[bar] as number };
  }
}
