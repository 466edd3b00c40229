import type { OperatorFunction } from "rxjs";
import type { Gap } from "../src/domain/derived.ts";
import { Scale, SCALES } from "../src/domain/derived.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import { BeliefBlock } from "./beliefBlock.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** Bars that the averages remember: a day of minutes. */
const WINDOW_BARS = 1440;
const ALPHA = 2 / (WINDOW_BARS + 1);
/** Bars after which the scales are good enough to divide by. */
export const SCALES_WARM_UP_BARS = 240;
/** Share of a window that may be missing before it starts anew (docs/architecture.md#gaps). */
export const MISSING_SHARE_MAX = 0.02;
/** Smallest volatility unit, a hundredth of a basis point: the one of a market that does not move. */
const VOLATILITY_MIN = 1e-6;
/** Used in place of a mean volume of 0. */
const VOLUME_MIN = 1e-300;

/** Running scales of one instrument. */
class Track {
  close = NaN;
  bars = 0;
  variance = 0.5;
  volume = 0.5;
  trades = 0.5;
  /** Bars missing of late, forgotten like the averages forget. */
  missing = 0.5;
  /** The last good scales: they stand while new ones warm up. */
  goodVolatility = 0.5;
  goodVolume = 0.5;
  goodTrades = 0.5;
  everReady = false;
  readonly block = new BeliefBlock(SCALES);

  constructor() {
    this.restart();
  }

  restart(): void {
    this.close = NaN;
    this.bars = 0;
    this.variance = 0;
    this.volume = 0;
    this.trades = 0;
    this.missing = 0;
  }
}

const barStep = (tracks: readonly Track[], bar: Bar, emit: Emit): void => {
  if (!bar.base) return;
  const { block, row } = bar;
  const track = tracks[block.instrument] as Track;
  const close = block.close[row] as number;
  track.bars += 1;
  // Plain means until the window is full, so that the first bar has no more weight than the others.
  const weight = track.bars < WINDOW_BARS / 2 ? 1 / track.bars : ALPHA;
  if (track.close > 0) {
    const change = Math.log(close / track.close);
    track.variance += weight * (change * change - track.variance);
  }
  track.close = close;
  track.volume += weight * ((block.volume[row] as number) - track.volume);
  track.trades += weight * ((block.trades[row] as number) - track.trades);
  track.missing -= ALPHA * track.missing;
  const at = track.block.next();
  const { values } = track.block;
  const ready = track.bars > SCALES_WARM_UP_BARS;
  if (ready || !track.everReady) {
    track.goodVolatility = Math.max(Math.sqrt(track.variance), VOLATILITY_MIN);
    track.goodVolume = Math.max(track.volume, VOLUME_MIN);
    track.goodTrades = Math.max(track.trades, VOLUME_MIN);
    track.everReady = ready;
  }
  values[at + Scale.referencePrice] = close;
  values[at + Scale.volatilityUnit] = track.goodVolatility;
  values[at + Scale.volumeBaseline] = track.goodVolume;
  values[at + Scale.tradesBaseline] = track.goodTrades;
  emit({
    kind: Kind.scales,
    seq: bar.seq,
    instrument: block.instrument,
    knownAtMs: bar.knownAtMs,
    values,
    row: track.block.row,
    ready,
  });
};

/**
 * A hole of up to 2 % of a day only leaves out its return. After a longer one the scales start again and are not ready until they are warm.
 */
const gapStep = (tracks: readonly Track[], { instrument, missingBars }: Gap): void => {
  const track = tracks[instrument] as Track;
  track.missing += missingBars;
  track.close = NaN;
  if (track.missing > MISSING_SHARE_MAX * WINDOW_BARS) track.restart();
};

const HANDLERS: StepHandlers<readonly Track[]> = { [Kind.bar]: barStep, [Kind.gap]: gapStep };

/**
 * Puts the scales behind every decision bar: reference price (its close), volatility unit (root of the exponentially weighted mean
 * of squared log returns, the first bar's counting as 0), and mean volume and number of trades of a bar, each over about a day: weight
 * 2 / 1441 for the newest bar, and plain means of the first 719. Features divide by them, so that no absolute level reaches a model.
 */
export const normalize = (instruments: readonly Instrument[]): OperatorFunction<Item, Item> =>
  stepOperator("normalize", () => instruments.map(() => new Track()), HANDLERS, { emits: [Kind.scales] });
