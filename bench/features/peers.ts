import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Columns } from "../peers/resultLine.ts";

/**
 * The classic indicators by other libraries: RSI 14, ATR 14, EMA 20, MACD 12/26/9, Bollinger 20/2, ADX and ±DI 14, CCI 20, MFI 14,
 * stochastic 14/3/3, OBV, Aroon 25, TRIX 15. Each function computes all of them over all bars and returns the number of values made. The
 * libraries' own types are left out: they are not among this project's packages.
 */
interface FeaturePeer {
  readonly name: string;
  readonly package: string;
  /** Loads the package from a folder; the function is what is timed. */
  load(folder: string): Promise<(columns: Columns) => number>;
}

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- untyped packages */
const entryOf = (folder: string, name: string): string => createRequire(join(folder, "package.json")).resolve(name);
const imported = async (folder: string, name: string): Promise<any> => import(pathToFileURL(entryOf(folder, name)).href);

/** Streaming: one object per indicator, one candle at a time. */
const tradingSignals = async (folder: string) => {
  const lib = await imported(folder, "trading-signals");
  return ({ open, high, low, close, volume }: Columns): number => {
    const closes = [new lib.RSI(14), new lib.EMA(20), new lib.BollingerBands(20, 2), new lib.TRIX(15)];
    closes.push(new lib.MACD(new lib.EMA(12), new lib.EMA(26), new lib.EMA(9)));
    const candles = [new lib.ATR(14), new lib.ADX(14), new lib.CCI(20), new lib.MFI(14), new lib.OBV(20), new lib.Aroon(25)];
    candles.push(new lib.StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 }));
    let made = 0;
    for (let i = 0; i < close.length; i += 1) {
      const candle = { open: open[i], high: high[i], low: low[i], close: close[i], volume: volume[i] };
      for (const each of closes) if (each.add(candle.close) !== null) made += 1;
      for (const each of candles) if (each.add(candle) !== null) made += 1;
    }
    return made;
  };
};

/** Whole arrays. */
const technicalIndicators = async (folder: string) => {
  const lib = await imported(folder, "technicalindicators");
  return (columns: Columns): number => {
    const [high, low, close, volume] = [columns.high, columns.low, columns.close, columns.volume].map((each) => [...each]);
    const bars = { high, low, close, volume };
    const values = close;
    return [
      lib.RSI.calculate({ values, period: 14 }),
      lib.ATR.calculate({ ...bars, period: 14 }),
      lib.EMA.calculate({ values, period: 20 }),
      lib.MACD.calculate({
        ...{ values, fastPeriod: 12, slowPeriod: 26, signalPeriod: 9 },
        ...{ SimpleMAOscillator: false, SimpleMASignal: false },
      }),
      lib.BollingerBands.calculate({ values, period: 20, stdDev: 2 }),
      lib.ADX.calculate({ ...bars, period: 14 }),
      lib.CCI.calculate({ ...bars, period: 20 }),
      lib.MFI.calculate({ ...bars, period: 14 }),
      lib.Stochastic.calculate({ ...bars, period: 14, signalPeriod: 3 }),
      lib.OBV.calculate(bars),
      lib.TRIX.calculate({ values, period: 15 }),
    ].reduce((sum: number, list: readonly unknown[]) => sum + list.length, 0);
  };
};

/** Whole arrays, synchronous. */
const ixjb94 = async (folder: string) => {
  const lib = await imported(folder, "@ixjb94/indicators");
  const ta = new (lib.IndicatorsSync ?? lib.default.IndicatorsSync)();
  return (columns: Columns): number => {
    const [high, low, close, volume] = [columns.high, columns.low, columns.close, columns.volume].map((each) => [...each]);
    const lists: readonly (readonly unknown[])[] = [
      ta.rsi(close, 14),
      ta.atr(high, low, close, 14),
      ta.ema(close, 20),
      ...ta.macd(close, 12, 26, 9),
      ...ta.bbands(close, 20, 2),
      ta.adx(high, low, 14),
      ...ta.di(high, low, close, 14),
      ta.cci(high, low, close, 20),
      ta.mfi(high, low, close, volume, 14),
      ...ta.stoch(high, low, close, 14, 3, 3),
      ta.obv(close, volume),
      ...ta.aroon(high, low, 25),
      ta.trix(close, 15),
    ];
    return lists.reduce((sum, list) => sum + list.length, 0);
  };
};

export const FEATURE_PEERS: readonly FeaturePeer[] = [
  { name: "trading-signals (streaming)", package: "trading-signals", load: tradingSignals },
  { name: "@ixjb94/indicators (arrays)", package: "@ixjb94/indicators", load: ixjb94 },
  { name: "technicalindicators (arrays)", package: "technicalindicators", load: technicalIndicators },
];
