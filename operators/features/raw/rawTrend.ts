import { featureFamily } from "../feature.ts";
import { featureColumn } from "../featureColumn.ts";
import { AverageTrueRange } from "../indicators/averageTrueRange.ts";
import { DirectionalMovement } from "../indicators/directionalMovement.ts";
import { Macd } from "../indicators/macd.ts";
import { PriceChannel } from "../indicators/priceChannel.ts";
import { Trix } from "../indicators/trix.ts";
import { Ema } from "../rolling/ema.ts";
import { RollingVariance } from "../rolling/rollingVariance.ts";

class RawTrendState {
  readonly ema = new Ema(20);
  readonly macd = new Macd(12, 26, 9);
  readonly closes = new RollingVariance(20);
  readonly atr = new AverageTrueRange(14);
  readonly movement = new DirectionalMovement(14, 0);
  readonly channel = new PriceChannel(26);
  readonly trix = new Trix(15);
}

/** Averages, bands and trend strength as TA-Lib gives them. */
export const rawTrend = featureFamily<RawTrendState>({
  name: "rawTrend",
  scaled: false,
  columns: [
    featureColumn("raw_ema_20", "ema(c, 20)", "price", "TA-Lib EMA", 20),
    featureColumn("raw_macd_12_26_9", "ema(c, 12) − ema(c, 26)", "price", "TA-Lib MACD", 34),
    featureColumn("raw_macd_signal_12_26_9", "ema(raw_macd_12_26_9, 9)", "price", "TA-Lib MACD", 34),
    featureColumn("raw_bb_upper_20_2", "mean(c, 20) + 2 sd(c, 20)", "price", "TA-Lib BBANDS", 20),
    featureColumn("raw_bb_lower_20_2", "mean(c, 20) − 2 sd(c, 20)", "price", "TA-Lib BBANDS", 20),
    featureColumn("raw_atr_14", "wilder(TR, 14)", "price", "TA-Lib ATR", 15),
    featureColumn("raw_adx_14", "100 wilder(|+DI − −DI| / (+DI + −DI), 14)", "%", "TA-Lib ADX", 28),
    featureColumn("raw_plus_di_14", "100 wilder(+DM, 14) / wilder(TR, 14)", "%", "TA-Lib PLUS_DI", 15),
    featureColumn("raw_minus_di_14", "100 wilder(−DM, 14) / wilder(TR, 14)", "%", "TA-Lib MINUS_DI", 15),
    featureColumn("raw_aroon_up_25", "100 (25 − bars since the highest h of 26 bars) / 25", "%", "TA-Lib AROON", 26),
    featureColumn("raw_aroon_down_25", "100 (25 − bars since the lowest l of 26 bars) / 25", "%", "TA-Lib AROON", 26),
    featureColumn("raw_trix_15", "100 (e / e[1] − 1), e = ema(ema(ema(c, 15), 15), 15)", "%", "TA-Lib TRIX", 44),
  ],
  init: () => new RawTrendState(),
  bar: (state, bar, out, at) => {
    const { close } = bar;
    const { macd, closes, movement, channel, trix } = state;
    macd.add(close);
    closes.add(close);
    movement.add(bar);
    channel.add(bar);
    trix.add(close);
    const band = 2 * Math.sqrt(closes.variance);
    out[at] = state.ema.add(close);
    out[at + 1] = macd.line;
    out[at + 2] = macd.signal;
    out[at + 3] = closes.mean + band;
    out[at + 4] = closes.mean - band;
    out[at + 5] = state.atr.add(bar);
    out[at + 6] = 100 * movement.adx;
    out[at + 7] = 100 * movement.plusDi;
    out[at + 8] = 100 * movement.minusDi;
    out[at + 9] = 4 * (25 - channel.highAge);
    out[at + 10] = 4 * (25 - channel.lowAge);
    out[at + 11] = 100 * trix.value;
  },
});
