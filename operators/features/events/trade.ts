import { Kind } from "../../../src/domain/kind.ts";
import { MINUTE_MS } from "../../../src/domain/units.ts";
import { eventFeatureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { fresh } from "./freshness.ts";
import { INTENSITY_MS, TradeTape } from "./tradeTape.ts";

/** Five minutes without a trade are rare in a liquid instrument: the stream is lost. */
const STALE_MS = 5 * MINUTE_MS;

/**
 * Aggregate trades: known from the first on, unknown again five minutes after the last; the windows stand still meanwhile. The
 * imbalance counts trades, because that of quantities is in the klines already.
 */
export const trade = eventFeatureFamily<TradeTape>({
  name: "trade",
  input: "trade",
  columns: featureColumns("Binance, aggregate trade stream; a trade's sign is its taker's side", [
    ["trade_sign_run", "s ln(1 + number of trades in a row up to the last, at most 100, with its sign s)", "1", 1],
    [
      "trade_sign_autocorrelation_15",
      "(mean of s × s₋₁ − m²) / (1 − m²) over the trades of 15 bars, m = mean of s; 0 if all are equal",
      "1",
      15,
      "Lillo & Farmer, The long memory of the efficient market (2004)",
    ],
    ["trade_imbalance_15", "mean of s over the trades of 15 bars", "fraction", 15, "Chordia, Roll & Subrahmanyam, Order imbalance (2002)"],
    [
      "kyle_lambda_60",
      "least-squares slope over 60 bars of r / σ on Σ s qty / V̄ of the bar; 0 if the latter is constant",
      "σ",
      61,
      "Kyle, Continuous auctions and insider trading (1985); Hasbrouck, Trading costs and returns (2009)",
    ],
    [
      "trade_rate_ratio",
      "ln((bar length / 10 s × Σ exp(−age / 10 s) + 1) / (mean trades of a bar over 15 + 1))",
      "1",
      15,
      "Hawkes, Spectra of some self-exciting point processes (1971): exponential intensity",
    ],
  ]),
  init: () => new TradeTape(),
  event(tape, event) {
    if (event.kind === Kind.trade) tape.add(event);
  },
  known: (tape, closeMs) => fresh(tape.knownAtMs, closeMs, STALE_MS),
  bar(tape, bar, out, at) {
    const { closeMs, volumeBaseline } = bar;
    if (fresh(tape.knownAtMs, closeMs, STALE_MS)) {
      tape.endBar();
      tape.impact60.add(volumeBaseline > 0 ? tape.signedQty / volumeBaseline : 0, bar.logReturn / bar.volatilityUnit);
    }
    tape.startBar();
    const rate = (tape.intensityAt(closeMs) * (closeMs - bar.openTimeMs)) / INTENSITY_MS;
    out[at] = tape.sign * Math.log(1 + tape.run);
    out[at + 1] = tape.signAutocorrelation;
    out[at + 2] = tape.meanSign;
    out[at + 3] = tape.impact60.slope;
    out[at + 4] = Math.log((rate + 1) / (tape.meanTrades + 1));
  },
});
