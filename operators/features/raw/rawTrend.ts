import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
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
  // TA-Lib lets the rounding of decimals decide ties.
  readonly movement = new DirectionalMovement(14, 0);
  readonly channel = new PriceChannel(26);
  readonly trix = new Trix(15);
}

/** Averages, bands and trend strength as TA-Lib gives them. */
export const rawTrend = featureFamily<RawTrendState>({
  name: "rawTrend",
  scaled: false,
  columns: featureColumns("TA-Lib BBANDS", [
    ["raw_ema_20", "ema₂₀(c)", "price", 20, "TA-Lib EMA"],
    ["raw_macd_12_26_9", "ema₁₂(c) − ema₂₆(c)", "price", 34, "TA-Lib MACD"],
    ["raw_macd_signal_12_26_9", "ema₉(raw_macd_12_26_9)", "price", 34, "TA-Lib MACD"],
    ["raw_bb_upper_20_2", "mean₂₀(c) + 2 sd₂₀(c)", "price", 20],
    ["raw_bb_lower_20_2", "mean₂₀(c) − 2 sd₂₀(c)", "price", 20],
    ["raw_atr_14", "wilder₁₄(TR)", "price", 15, "TA-Lib ATR"],
    ["raw_adx_14", "100 wilder₁₄(|+DI − −DI| / (+DI + −DI))", "%", 28, "TA-Lib ADX"],
    ["raw_plus_di_14", "100 wilder₁₄(+DM) / wilder₁₄(TR)", "%", 15, "TA-Lib PLUS_DI"],
    ["raw_minus_di_14", "100 wilder₁₄(−DM) / wilder₁₄(TR)", "%", 15, "TA-Lib MINUS_DI"],
    ["raw_aroon_up_25", "100 (25 − bars since the highest h of 26 bars) / 25", "%", 26, "TA-Lib AROON"],
    ["raw_aroon_down_25", "100 (25 − bars since the lowest l of 26 bars) / 25", "%", 26, "TA-Lib AROON"],
    ["raw_trix_15", "100 (e / e₋₁ − 1), e = ema₁₅(ema₁₅(ema₁₅(c)))", "%", 44, "TA-Lib TRIX"],
  ]),
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
