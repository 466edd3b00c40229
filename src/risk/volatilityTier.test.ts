import { describe, expect, it } from "vitest";
import { limitsOf, nextTo, RiskLine } from "../../test/riskLine.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { RiskLimits } from "./limits.ts";

/** Bars of a quarter of an hour keep a month short. */
const FRAME_MS = 900_000;
const HOUR = 4;
const DAY = 96;
const { clearMs } = DEFAULT_LIMITS.shock;

/** One-bar moves up and down in turn. */
class Market {
  readonly line: RiskLine;
  readonly closes: number[] = [];
  #close = 100;

  constructor(limits: RiskLimits, options: { tradeFromMs?: number } = {}) {
    this.line = new RiskLine(limits, options);
  }

  bar(size: number): string[] {
    this.#close *= Math.exp(this.closes.length % 2 === 0 ? size : -size);
    this.closes.push(this.#close);
    return this.line.bar({ frameMs: FRAME_MS, close: this.#close });
  }
  bars(count: number, size: number): string[] {
    return Array.from({ length: count }, () => this.bar(size)).flat();
  }
  /** A bar that has no price. */
  noPrice(): string[] {
    this.closes.push(NaN);
    return this.line.bar({ frameMs: FRAME_MS, close: NaN });
  }
  /** Bars that never come; the price may have moved by the next. */
  hole(count: number, move = 0): void {
    this.#close *= Math.exp(move);
    for (let i = 0; i < count; i += 1) this.closes.push(NaN);
    this.line.nowMs += count * FRAME_MS;
  }
  /** Root mean square of the one-bar returns of `[from, to)` bars back: the definition. */
  rms(from: number, to: number): number {
    const squares: number[] = [];
    for (let back = from; back < to; back += 1) {
      const at = this.closes.length - 1 - back;
      squares.push(Math.log((this.closes[at] as number) / (this.closes[at - 1] as number)) ** 2);
    }
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  }
  /** The value that the last change of state named. */
  get value(): number {
    return Number(
      / (\S+)\//
        .exec(this.line.told.findLast((text) => text.includes("axVolatilityRatio")) ?? "")?.[1]
        ?.split(" ")
        .pop() ?? NaN,
    );
  }
}

const CALM = 0.0005;
const shockLimits = (maxVolatilityRatio = 3, clearVolatilityRatio = 2): RiskLimits =>
  limitsOf({ shock: { maxVolatilityRatio, clearVolatilityRatio, clearMs } });
const systemLimits = (maxVolatilityRatio: number, resume: "person" | "nextDay" = "person"): RiskLimits =>
  limitsOf({ system: { maxVolatilityRatio, resume } });
/** Warm: more than the month that the shock looks at, and the day before it for the system's rule. */
const warm = (limits: RiskLimits, days = 31): Market => {
  const market = new Market(limits);
  market.bars(days * DAY + 1, CALM);
  return market;
};

describe("volatility", () => {
  it("is that of decision bars: longer ones that close with them change nothing", () => {
    const told = (longerToo: boolean): string[] => {
      const market = new Market(shockLimits());
      const { line } = market;
      const longer = (): void => {
        if (!longerToo) return;
        line.nowMs -= HOUR * FRAME_MS;
        expect(line.bar({ frameMs: HOUR * FRAME_MS, close: 200, base: false })).toEqual([]);
      };
      longer();
      market.bars(31 * DAY, CALM);
      longer();
      market.bars(2 * HOUR, 5 * CALM);
      return line.told;
    };
    expect(told(true)).toEqual(told(false));
    expect(told(false)).not.toEqual([]);
  });
});

describe("shock: 60-minute volatility above 3 × its 30-day rms", () => {
  /** One hour of moves `times` as large as those of the month. */
  const hourOf = (times: number, limits: RiskLimits): { told: string[]; market: Market } => {
    const market = warm(limits);
    return { told: market.bars(HOUR, CALM * times), market };
  };

  it("names the ratio of an hour to the month that ends with it", () => {
    const { told, market } = hourOf(3.5, shockLimits());
    expect(told).toHaveLength(1);
    expect(told[0]).toContain("REDUCING +shock.maxVolatilityRatio S0USDT ");
    const fired = market.closes.length - HOUR + told.length;
    expect(fired).toBeGreaterThan(0);
  });
  it("fires above the limit: not one step below, not at it", () => {
    // The ratio after the whole hour, from closes; the limit is put where it is.
    const { market } = hourOf(2, shockLimits(100));
    const ratio = market.rms(0, HOUR) / market.rms(0, 30 * DAY);
    const probe = hourOf(2, shockLimits(ratio * 0.999));
    expect(probe.told).toHaveLength(1);
    expect(probe.market.value).toBeCloseTo(ratio, 9);
    const exact = probe.market.value;
    expect(hourOf(2, shockLimits(nextTo(exact, -1))).told).toHaveLength(1);
    expect(hourOf(2, shockLimits(exact)).told).toEqual([]);
    expect(hourOf(2, shockLimits(nextTo(exact, 1))).told).toEqual([]);
  });
  it("clears once the ratio was below 2 for 60 minutes, without interruption", () => {
    const { market } = hourOf(4, shockLimits());
    const before: string[] = [];
    let belowSince = NaN;
    const again = HOUR + 1;
    for (let i = 0; i < 5 * HOUR; i += 1) {
      // One hour after the shock the ratio is far below 2; a single move lifts it over 2 again.
      const told = market.bar(i === again ? CALM * 5 : CALM);
      const ratio = market.rms(0, HOUR) / market.rms(0, 30 * DAY);
      if (!(ratio < 2)) belowSince = NaN;
      else if (Number.isNaN(belowSince)) belowSince = market.line.nowMs;
      if (market.line.nowMs - belowSince >= 3_600_000) {
        expect(told).toEqual([expect.stringContaining("ACTIVE -shock.maxVolatilityRatio S0USDT")]);
        expect(before).toEqual([]);
        expect(i).toBe(again + 2 * HOUR);
        return;
      }
      before.push(...told);
    }
    throw new Error("the shock never cleared");
  });
  it("a ratio of exactly the clearing one is not below it", () => {
    const after = (limits: RiskLimits, tradeFromMs = -Infinity): { told: string[]; market: Market } => {
      const market = new Market(limits, { tradeFromMs });
      market.bars(31 * DAY + 1, CALM);
      market.bars(HOUR, CALM * 4);
      market.bars(HOUR - 1, CALM);
      return { told: market.bars(HOUR + 1, CALM), market };
    };
    // The highest ratio of the hour that would clear, to the last bit: a gate that begins at a bar names that bar's.
    const endMs = after(shockLimits()).market.line.nowMs;
    const ratios = Array.from({ length: HOUR + 1 }, (_, back) => after(shockLimits(1e-9), endMs - (back + 1) * FRAME_MS).market.value);
    const highest = Math.max(...ratios);
    expect(highest).toBeLessThan(2);
    expect(after(shockLimits(3, nextTo(highest, 1))).told).toHaveLength(1);
    expect(after(shockLimits(3, highest)).told).toEqual([]);
  });
  it("is refused by name and withdraws what rests; each instrument has its own", () => {
    const market = warm(shockLimits());
    market.line.enter(10);
    market.bars(HOUR, CALM * 4);
    expect(market.line.told.slice(-2)).toEqual([expect.stringContaining("+shock.maxVolatilityRatio S0USDT"), "cancelEntries0 0 risk"]);
    expect(market.line.enter(1)[0]).toMatch(/^refused shock\.maxVolatilityRatio S0USDT \S+\/3$/);
  });

  describe("holes", () => {
    it("never hide a shock: the move across them counts", () => {
      const market = warm(shockLimits());
      market.hole(3, 0.05);
      expect(market.bar(CALM)).toHaveLength(1);
    });
    it("are not calm: the hour has to be whole again before it counts as one", () => {
      const { market } = hourOf(4, shockLimits());
      market.bars(HOUR, CALM);
      market.hole(1);
      // An hour until the hour is whole, one more of calm.
      expect(market.bars(2 * HOUR - 1, CALM)).toEqual([]);
      expect(market.bar(CALM)).toHaveLength(1);
    });
    it("a bar without a price is one", () => {
      const { market } = hourOf(4, shockLimits());
      market.bars(2 * HOUR - 2, CALM);
      expect(market.noPrice()).toEqual([]);
      expect(market.bars(2 * HOUR - 1, CALM)).toEqual([]);
      expect(market.bar(CALM)).toHaveLength(1);
    });
    it("of more than 2 % of the month leave no ratio: nothing fires, and nothing clears", () => {
      const holes = 0.02 * 30 * DAY;
      const withHole = (bars: number): string[] => {
        const market = warm(shockLimits());
        market.hole(bars);
        market.bars(DAY, CALM);
        return market.bars(HOUR, CALM * 4);
      };
      expect(withHole(Math.floor(holes))).toHaveLength(1);
      expect(withHole(Math.floor(holes) + 1)).toEqual([]);
      const { market } = hourOf(4, shockLimits());
      market.hole(Math.floor(holes) + 1);
      expect(market.bars(DAY, CALM)).toEqual([]);
    });
  });
  it("is not known before its month is", () => {
    const young = (bars: number): string[] => {
      const market = new Market(shockLimits());
      market.bars(bars, CALM);
      return market.bars(HOUR, CALM * 4);
    };
    // 98 % of 30 days, the first bar without a return.
    const enough = Math.ceil(0.98 * 30 * DAY) + 1;
    expect(young(enough)).toHaveLength(1);
    expect(young(enough - 2 * HOUR)).toEqual([]);
  });
  it("only fills its windows before trading begins", () => {
    const limits = shockLimits();
    const tradeFromMs = Date.UTC(2023, 0, 2) + (31 * DAY + 1 + HOUR) * FRAME_MS;
    const market = new Market(limits, { tradeFromMs });
    market.bars(31 * DAY + 1, CALM);
    expect(market.bars(HOUR, CALM * 4)).toEqual([]);
    expect(market.bar(CALM * 4)).toHaveLength(1);
  });
});

describe("system: 24-hour volatility above 3 × the rms of the 30 days before", () => {
  const dayOf = (times: number, limits: RiskLimits): { told: string[]; market: Market } => {
    const market = warm(limits, 30);
    return { told: market.bars(DAY, CALM * times), market };
  };

  it("halts above the limit: not one step below, not at it", () => {
    const { market } = dayOf(2, systemLimits(100));
    const ratio = market.rms(0, DAY) / market.rms(DAY, 31 * DAY);
    expect(ratio).toBeCloseTo(2, 9);
    const probe = dayOf(2, systemLimits(ratio * 0.9999));
    expect(probe.told).toEqual([expect.stringContaining("HALTED +system.maxVolatilityRatio S0USDT")]);
    expect(probe.market.value).toBeCloseTo(ratio, 9);
    const exact = probe.market.value;
    expect(dayOf(2, systemLimits(nextTo(exact, -1))).told).toHaveLength(1);
    expect(dayOf(2, systemLimits(exact)).told).toEqual([]);
    expect(dayOf(2, systemLimits(nextTo(exact, 1))).told).toEqual([]);
  });
  it("compares with the days before, which the day itself does not soften", () => {
    expect(dayOf(3.01, systemLimits(3)).told).toHaveLength(1);
    expect(dayOf(2.99, systemLimits(3)).told).toEqual([]);
  });
  it("looks at the whole day, not at an hour of it", () => {
    const market = warm(systemLimits(1.8), 30);
    const told = [market.bars(DAY / 2, CALM * 2.5), market.bars(DAY / 2, CALM)].flat();
    expect(market.rms(0, DAY) / market.rms(DAY, 31 * DAY)).toBeCloseTo(Math.sqrt(7.25 / 2), 6);
    expect(told).toEqual([expect.stringContaining("+system.maxVolatilityRatio")]);
    expect(market.value).toBeLessThan(1.9);
    const wildHour = warm(systemLimits(1.9));
    expect(wildHour.bars(HOUR, CALM * 7)).toEqual([]);
    expect(wildHour.rms(0, DAY) / wildHour.rms(DAY, 31 * DAY)).toBeLessThan(1.9);
  });
  it("needs the 31 days, 2 % of which may be missing", () => {
    const tooYoung = new Market(systemLimits(3));
    tooYoung.bars(Math.ceil(0.98 * 30 * DAY) - 10, CALM);
    expect(tooYoung.bars(DAY, CALM * 4)).toEqual([]);
  });
  it("does not clear when the market calms down: a person has to resume, and it is judged again from the next bar", () => {
    const { market } = dayOf(4, systemLimits(3));
    expect(market.bars(2 * DAY, CALM)).toEqual([]);
    expect(market.line.command("resume")).toEqual([expect.stringContaining("ACTIVE -system.maxVolatilityRatio S0USDT")]);
    expect(market.bar(CALM)).toEqual([]);
    const early = dayOf(4, systemLimits(3)).market;
    early.line.command("resume");
    expect(early.bar(CALM)).toEqual([expect.stringContaining("HALTED +system.maxVolatilityRatio")]);
  });
});
