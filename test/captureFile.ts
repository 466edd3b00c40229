/** A small capture: trades, quotes, and an order book with its snapshot, of minutes that begin here. */
const CAPTURE_FROM_MS = Date.UTC(2024, 7, 8, 12);

/** What arrives, in order: four trades a second, and each second a quote and a diff; `extra` messages come at their second. */
export const captureText = (seconds: number, symbol = "BTCUSDT", extra: ReadonlyMap<number, string> = new Map()): string => {
  const lines: string[] = [];
  const put = (ms: number, json: string): void => {
    lines.push(`${CAPTURE_FROM_MS + ms}000000 ${json}\n`);
  };
  const stream = (name: string, data: object): string => JSON.stringify({ stream: `${symbol.toLowerCase()}@${name}`, data });
  const level = (price: number): readonly [string, string] => [(price / 10).toFixed(2), "1.000"];
  put(0, JSON.stringify({ lastUpdateId: 1000, E: CAPTURE_FROM_MS, T: CAPTURE_FROM_MS, bids: [level(599_999)], asks: [level(600_009)] }));
  for (let second = 0; second < seconds; second += 1) {
    const ms = 1000 * second + 500;
    const timeMs = CAPTURE_FROM_MS + ms;
    const price = 600_000 + ((second * 37) % 400);
    const [E, T, s] = [timeMs, timeMs, symbol];
    for (let i = 0; i < 4; i += 1)
      put(
        ms,
        stream("trade", {
          e: "trade",
          E,
          T,
          s,
          t: 4 * second + i + 1,
          p: ((price + i) / 10).toFixed(2),
          q: "0.010",
          X: "MARKET",
          m: i % 2 === 0,
        }),
      );
    put(ms, stream("bookTicker", { e: "bookTicker", u: 1000 + second, s, b: "59999.90", B: "1", a: "60000.90", A: "1", T, E }));
    put(
      ms,
      stream("depth", {
        e: "depthUpdate",
        E,
        T,
        s,
        U: 1000 + second,
        u: 1000 + second,
        pu: 999 + second,
        b: [["59990.00", `${second}.5`]],
        a: [],
      }),
    );
    const other = extra.get(second);
    if (other !== undefined) put(ms, other);
  }
  return lines.join("");
};
