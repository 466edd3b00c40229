import type { IncomingMessage } from "node:http";
import { gzipSync } from "node:zlib";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/domain/units.ts";
import { checksumOf, zipOf } from "./archiveFiles.ts";
import type { Answer } from "./wireServer.ts";
import { body, status, WireServer } from "./wireServer.ts";

/** A file of klines that the archive is asked for. */
interface AskedFile {
  readonly symbol: string;
  readonly daily: boolean;
  readonly intervalMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whole days from its beginning to the exchange's now, rounded up: 1 is today. */
  readonly daysAgo: number;
}

/** What of a healthy exchange goes wrong; all of it may be changed while it runs. */
export interface ExchangeFaults {
  /** The exchange's clock, and whether it stands in the `Date` of each answer: else that is this machine's. */
  nowMs: () => number;
  tellsClock: boolean;
  /** Whether the archive has a file; default: daily files of days that are over. */
  has: (file: AskedFile) => boolean;
  /** Rows of a file; default: a bar a minute. */
  rows: (file: AskedFile) => readonly string[];
  /** Whether files have a `.CHECKSUM`. */
  checksums: boolean;
  /** Instead of the answer to `klines`; undefined: none. */
  klines: (symbol: string) => Answer | undefined;
  /** Changes a bar of REST. */
  bar: (row: unknown[], index: number) => unknown[];
  /** Most rows of a page of REST. */
  pageMax: number;
  /** Hours between two settlements. */
  fundingHours: number;
  /** Symbols that `exchangeInfo` lists. */
  listed: readonly string[];
}

/** A bar of volume 10, of which takers bought 4, as REST writes it. */
export const restBar = (openTimeMs: number, volume = "10", intervalMs = MINUTE_MS): unknown[] => {
  const closeTimeMs = openTimeMs + intervalMs - 1;
  return [openTimeMs, "100", "101", "99", "100", volume, closeTimeMs, "1000", 5, String(Math.min(4, Number(volume))), "400", "0"];
};

/** Rows of a file of such bars. */
export const barLines = (fromMs: number, toMs: number, intervalMs = MINUTE_MS): string[] =>
  Array.from({ length: (toMs - fromMs) / intervalMs }, (_, i) => restBar(fromMs + i * intervalMs, "10", intervalMs).join(","));

/** Lengths of the klines that it has. */
const INTERVALS: Readonly<Record<string, number>> = { "1m": MINUTE_MS, "1h": HOUR_MS };

/** Public archive and REST of the perpetual on loopback, on one address: what `--archive-url` and `--rest-url` name. */
export class ExchangeServer {
  readonly wire: WireServer;
  readonly faults: ExchangeFaults;

  private constructor(wire: WireServer, faults: Partial<ExchangeFaults>) {
    this.wire = wire;
    this.faults = {
      nowMs: () => Date.now(),
      tellsClock: true,
      has: ({ daily, toMs }) => daily && toMs <= this.faults.nowMs(),
      rows: ({ fromMs, toMs, intervalMs }) => barLines(fromMs, toMs, intervalMs),
      checksums: true,
      klines: () => undefined,
      bar: (row) => row,
      pageMax: 1500,
      fundingHours: 8,
      listed: ["AAAUSDT", "BBBUSDT"],
      ...faults,
    };
    wire.otherwise((request, response) => {
      if (this.faults.tellsClock) response.setHeader("date", new Date(this.faults.nowMs()).toUTCString());
      this.#answer(request)(request, response);
    });
  }

  static async start(faults: Partial<ExchangeFaults> = {}): Promise<ExchangeServer> {
    return new ExchangeServer(await WireServer.start(), faults);
  }

  get url(): string {
    return this.wire.url;
  }

  /** Paths that were asked for, without `.CHECKSUM`, each once, in order. */
  get files(): readonly string[] {
    const paths = this.wire.requests.filter((path) => path.startsWith("/data/")).map((path) => path.replace(".CHECKSUM", ""));
    return [...new Set(paths)].map((path) => path.slice(path.lastIndexOf("/") + 1));
  }

  stop(): Promise<void> {
    return this.wire.stop();
  }

  #answer(request: IncomingMessage): Answer {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://exchange");
    const asked = (name: string): number => Number(searchParams.get(name));
    const symbol = searchParams.get("symbol") ?? "";
    if (pathname.startsWith("/data/")) return this.#file(pathname);
    if (pathname.endsWith("/exchangeInfo")) return json({ symbols: this.faults.listed.map(listing) });
    if (pathname.endsWith("/klines"))
      return (
        this.faults.klines(symbol) ??
        json(this.#klines(asked("startTime"), asked("endTime"), INTERVALS[searchParams.get("interval") ?? ""] ?? NaN))
      );
    if (pathname.endsWith("/fundingRate")) return json(this.#rates(asked("startTime"), asked("endTime")));
    if (pathname.endsWith("/fundingInfo"))
      return json(this.faults.listed.map((name) => ({ symbol: name, fundingIntervalHours: this.faults.fundingHours })));
    return status(404);
  }

  #file(pathname: string): Answer {
    const path = pathname.replace(".CHECKSUM", "");
    const name = path.slice(path.lastIndexOf("/") + 1);
    const [, symbol = "", interval = "", year, month, date] = /^([^-]+)-(\w+)-(\d{4})-(\d{2})(?:-(\d{2}))?\.zip$/.exec(name) ?? [];
    const intervalMs = INTERVALS[interval];
    if (intervalMs === undefined) return status(404);
    const fromMs = Date.UTC(Number(year), Number(month) - 1, Number(date ?? 1));
    const toMs = date === undefined ? Date.UTC(Number(year), Number(month)) : fromMs + DAY_MS;
    const file = {
      symbol,
      daily: date !== undefined,
      intervalMs,
      fromMs,
      toMs,
      daysAgo: Math.ceil((this.faults.nowMs() - fromMs) / DAY_MS),
    };
    if (!this.faults.has(file)) return status(404);
    const zip = zipOf(name.replace(".zip", ".csv"), `${this.faults.rows(file).join("\n")}\n`);
    if (path === pathname) return body(zip);
    return this.faults.checksums ? body(checksumOf(zip, name)) : status(404);
  }

  #klines(fromMs: number, toMs: number, intervalMs: number): unknown[][] {
    const nowMs = this.faults.nowMs();
    const rows: unknown[][] = [];
    let timeMs = Math.ceil(fromMs / intervalMs) * intervalMs;
    for (; timeMs <= Math.min(nowMs, toMs) && rows.length < this.faults.pageMax; timeMs += intervalMs) {
      // The newest bar is still open: it has the volume so far.
      const volume = Math.min(10, (10 * (nowMs - timeMs)) / intervalMs).toFixed(3);
      rows.push(this.faults.bar(restBar(timeMs, volume, intervalMs), rows.length));
    }
    return rows;
  }

  #rates(fromMs: number, toMs: number): unknown[] {
    const stepMs = this.faults.fundingHours * HOUR_MS;
    const rates: unknown[] = [];
    for (let timeMs = Math.ceil(fromMs / stepMs) * stepMs; timeMs <= Math.min(this.faults.nowMs(), toMs); timeMs += stepMs)
      if (rates.length < Math.min(1000, this.faults.pageMax))
        rates.push({ fundingTime: timeMs + 3, fundingRate: "0.0001", markPrice: "100" });
    return rates;
  }
}

const json = (value: unknown): Answer => status(200, { "content-encoding": "gzip" }, gzipSync(JSON.stringify(value)));

const listing = (symbol: string): unknown => ({
  symbol,
  liquidationFee: "0.0125",
  filters: [
    { filterType: "PRICE_FILTER", tickSize: "0.10", minPrice: "0.1", maxPrice: "9999" },
    { filterType: "LOT_SIZE", stepSize: "0.001", minQty: "0.001", maxQty: "1000" },
    { filterType: "MARKET_LOT_SIZE", maxQty: "120" },
    { filterType: "MIN_NOTIONAL", notional: "5" },
    { filterType: "PERCENT_PRICE", multiplierUp: "1.05", multiplierDown: "0.95" },
  ],
});
