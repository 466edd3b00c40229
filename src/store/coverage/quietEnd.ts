import { HOUR_MS } from "../../domain/units.ts";
import type { Store } from "../store.ts";

/** From so many bars without a trade, and so long, on the end of a history counts as quiet: a thin market pauses for minutes. */
const [BARS_MIN, MS_MIN] = [10, HOUR_MS];

interface QuietEnd {
  readonly fromMs: number;
  readonly bars: number;
}

/**
 * Bars without any trade at the end of `span`: the exchange goes on answering for a symbol that it has closed, with flat bars of volume 0.
 * Undefined where the end is not quiet for ten bars and an hour.
 */
export const quietEnd = async (
  store: Pick<Store, "lastTradedMs">,
  symbol: string,
  market: string,
  intervalMs: number,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<QuietEnd | undefined> => {
  const lastMs = await store.lastTradedMs(symbol, market, span.fromMs, span.toMs);
  const fromMs = lastMs === undefined ? span.fromMs : lastMs + intervalMs;
  const bars = Math.floor((span.toMs - fromMs) / intervalMs);
  return bars >= BARS_MIN && bars * intervalMs >= MS_MIN ? { fromMs, bars } : undefined;
};
