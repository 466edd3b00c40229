import type { Chance } from "../chance.ts";
import type { ScenarioBar } from "./scenario.ts";

export const FAMILIES = ["calm", "wild", "gaps", "one tick", "flat", "thin", "half price", "holes", "trend", "mixed"] as const;
type Family = (typeof FAMILIES)[number];
const MINUTE_MS = 60_000;

/** How far prices go, as fractions: of a bar's body, of its wicks, of a gap before it. */
interface Temper {
  readonly body: number;
  readonly wick: number;
  readonly gap: number;
}
const TEMPERS: Readonly<Record<Family, Temper>> = {
  calm: { body: 0.001, wick: 0.001, gap: 0 },
  wild: { body: 0.01, wick: 0.02, gap: 0.002 },
  gaps: { body: 0.003, wick: 0.003, gap: 0.02 },
  "one tick": { body: 0, wick: 0, gap: 0 },
  flat: { body: 0, wick: 0, gap: 0.003 },
  thin: { body: 0.004, wick: 0.004, gap: 0.001 },
  "half price": { body: 0.005, wick: 0.005, gap: 0.001 },
  holes: { body: 0.004, wick: 0.004, gap: 0.004 },
  trend: { body: 0.006, wick: 0.002, gap: 0.0005 },
  mixed: { body: 0.004, wick: 0.006, gap: 0.003 },
};

/** Bars of a family, from a price on. Volume is some multiple of `usualLots`. */
export class Bars {
  readonly #chance: Chance;
  readonly #family: Family;
  readonly #usualLots: number;
  readonly #drift: number;
  #ticks: number;
  #openTimeMs: number;

  constructor(chance: Chance, family: Family, startTicks: number, usualLots: number, fromMs: number) {
    this.#chance = chance;
    this.#family = family;
    this.#ticks = startTicks;
    this.#usualLots = usualLots;
    // Far enough to liquidate a leverage of 2.
    this.#drift = chance.pick([0.001, 0.003, -0.001, -0.003]);
    this.#openTimeMs = fromMs - MINUTE_MS;
  }

  next(): ScenarioBar {
    const chance = this.#chance;
    const family = this.#family === "mixed" ? chance.pick(FAMILIES.slice(0, -1)) : this.#family;
    const temper = TEMPERS[family];
    this.#openTimeMs += MINUTE_MS * (family === "holes" && chance.of(0.1) ? chance.int(2, 90) : 1);
    if (family === "half price" && chance.of(0.03)) this.#ticks = Math.round(this.#ticks * (this.#ticks < 40 || chance.of(0.4) ? 2 : 0.5));
    const open = moved(this.#ticks, chance.of(0.4) ? this.#step(temper.gap) : 0);
    const close =
      family === "one tick"
        ? moved(open, 0, chance.int(-1, 1))
        : moved(open, this.#step(temper.body) + (family === "trend" ? this.#drift : 0));
    const [top, bottom] = [Math.max(open, close), Math.min(open, close)];
    const oneTick = family === "one tick" ? 1 : 0;
    const high = moved(top, Math.abs(this.#step(temper.wick)), chance.int(0, oneTick));
    const low = moved(bottom, -Math.abs(this.#step(temper.wick)), -chance.int(0, oneTick));
    this.#ticks = close;
    return {
      openTimeMs: this.#openTimeMs,
      open,
      high: Math.max(top, high),
      low: Math.min(bottom, low),
      close,
      volumeLots: this.#volume(family),
    };
  }

  #volume(family: Family): number {
    if (family === "thin") return this.#chance.pick([0, 0, 1, 7, Math.ceil(this.#usualLots / 20), this.#usualLots]);
    return this.#chance.of(0.03) ? 0 : Math.ceil((this.#usualLots * this.#chance.int(1, 400)) / 100);
  }

  #step(size: number): number {
    // Now and then three times as far: both barriers in one bar.
    return (size * this.#chance.int(-1000, 1000) * (this.#chance.of(0.1) ? 3 : 1)) / 1000;
  }
}

const moved = (ticks: number, fraction: number, byTicks = 0): number => Math.max(3, Math.round(ticks * (1 + fraction)) + byTicks);
