import { MINUTE_MS } from "../../src/domain/units.ts";
import { FundingPremium } from "./fundingPremium.ts";
import { symbolProfile } from "./instruments.ts";
import type { SymbolProfile } from "./instruments.ts";
import { MarketFactor, SQRT_HOUR } from "./marketFactor.ts";
import type { SimulatedMarketOptions } from "./options.ts";
import { PlantedEdge } from "./plantedEdge.ts";
import { FatTails, randomStream } from "./random.ts";
import type { Random } from "./random.ts";
import { TradeFlow } from "./tradeFlow.ts";

/** No minute moves farther than this fraction: symmetric, so that it does not bias. */
const MAX_MOVE = 0.2;

/** The streams of one symbol: holes and empty bars have their own, so that asking for them leaves chance elsewhere alone. */
interface SymbolStreams {
  readonly price: Random;
  readonly tails: FatTails;
  readonly flow: Random;
  readonly premium: Random;
  readonly hole: Random;
  readonly empty: Random;
}

const symbolStreams = (seed: number, symbol: string): SymbolStreams => {
  const stream = (name: string): Random => randomStream(seed, `${symbol} ${name}`);
  const price = stream("price");
  return {
    price,
    tails: new FatTails(price),
    flow: stream("flow"),
    premium: stream("premium"),
    hole: stream("hole"),
    empty: stream("empty"),
  };
};

/**
 * The path of one symbol, a minute at a time, in ticks and lots; it holds the current bar only.
 *
 * Open = last close + −1, 0 or 1 tick. Close = open · (1 + drift + σε), rounded up or down to a tick *by chance*, with the
 * odds that keep its mean: without drift the printed prices are exact martingales, with neither convexity nor a rounding
 * bounce. High and low are extremes of a Brownian bridge from open to close with the bar's own variance s², each drawn
 * from its exact law P(max > m) = exp(−2m(m − c)/s²), where c = close − open; they depend on this bar only.
 */
export class SymbolPath {
  openTicks = 0;
  highTicks = 0;
  lowTicks = 0;
  closeTicks: number;
  /** False inside a hole: the market moved on, but nobody recorded the bar. */
  recorded = true;
  /** True when nobody traded: flat at the last close. */
  empty = false;
  readonly flow = new TradeFlow();
  readonly factor: MarketFactor;
  readonly premium = new FundingPremium();
  private readonly options: SimulatedMarketOptions;
  private readonly symbol: string;
  private readonly profile: SymbolProfile;
  private readonly edge = new PlantedEdge();
  private readonly strength: number;
  private streams: SymbolStreams;
  private minute = 0;

  constructor(options: SimulatedMarketOptions, symbol: string) {
    this.options = options;
    this.symbol = symbol;
    this.profile = symbolProfile(symbol);
    this.closeTicks = Math.round(this.profile.startPrice / this.profile.tickSize);
    this.strength = typeof options.edge === "object" ? options.edge.strength : 0;
    this.factor = new MarketFactor(options.seed);
    this.streams = symbolStreams(options.seed, symbol);
  }

  /** Makes the next bar. */
  step(): void {
    const { options, factor } = this;
    if (options.splice?.atBar === this.minute) {
      factor.reseed(options.splice.seed);
      this.streams = symbolStreams(options.splice.seed, this.symbol);
    }
    this.drawHole();
    factor.step(options.fromMs + this.minute * MINUTE_MS);
    this.empty = options.zeroVolumeFraction > 0 && this.streams.empty.uniform() < options.zeroVolumeFraction;
    if (this.empty) this.flatBar();
    else this.tradedBar();
    if (this.strength !== 0) this.edge.step(this.flow.qtyLots, this.flow.takerBuyLots);
    this.premium.step(this.closeTicks / this.openTicks - 1, this.streams.premium);
    this.minute += 1;
  }

  private drawHole(): void {
    const { gapsPerDay, gapMeanMinutes } = this.options;
    if (gapsPerDay === 0) return;
    const u = this.streams.hole.uniform();
    const inHole = this.recorded ? u < gapsPerDay / 1440 : u >= 1 / gapMeanMinutes;
    // The first bar is always there: a run starts where it says.
    this.recorded = !inHole || this.minute === 0;
  }

  private flatBar(): void {
    this.openTicks = this.highTicks = this.lowTicks = this.closeTicks;
    this.flow.qtyLots = this.flow.trades = this.flow.takerBuyLots = 0;
  }

  private tradedBar(): void {
    const { profile, factor, streams } = this;
    const step = streams.price.uniform();
    const open = Math.max(1, this.closeTicks + (step < 0.15 ? -1 : step < 0.3 ? 1 : 0));

    const own = streams.tails.next();
    const { factorShare } = profile;
    const innovation = Math.sqrt(factorShare) * factor.innovation + Math.sqrt(1 - factorShare) * own;
    const variance = factorShare * factor.variance + (1 - factorShare) * streams.tails.variance;
    const volatility = profile.volatility * factor.volatility;
    const move = clamp(volatility * (this.drift() + innovation));
    const close = Math.max(1, Math.floor(open * (1 + move) + streams.price.uniform()));

    const change = close - open;
    const spread = volatility * volatility * variance * open * open;
    const above = Math.sqrt(change * change - 2 * spread * Math.log(streams.price.uniform()));
    const below = Math.sqrt(change * change - 2 * spread * Math.log(streams.price.uniform()));
    const high = open + Math.round((change + above) / 2);
    const low = Math.max(1, open + Math.round((change - below) / 2));

    this.openTicks = open;
    this.closeTicks = close;
    this.highTicks = high;
    this.lowTicks = low;
    const base = open * profile.volatility;
    const lotUsdt = open * profile.tickSize * profile.lotSize;
    this.flow.step(
      streams.flow,
      Math.abs(change) / base,
      (high - low) / base,
      factor.volatility,
      change / (open * volatility),
      profile.minuteUsdt / lotUsdt,
      lotUsdt,
    );
  }

  /** Expected return of this minute in units of its volatility: a function of bars before it. */
  private drift(): number {
    if (this.options.edge === "none") return 0;
    if (this.options.edge === "regimes") return this.factor.drift;
    return (this.strength * this.edge.feature) / SQRT_HOUR;
  }
}

const clamp = (move: number): number => (move > MAX_MOVE ? MAX_MOVE : move < -MAX_MOVE ? -MAX_MOVE : move);
