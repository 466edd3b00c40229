import { setTimeout as delay } from "node:timers/promises";
import type { NumberCount } from "../../domain/decimals/numberCount.ts";
import type { Funding } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { KlineBlock } from "../../domain/kline.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import type { HttpGet } from "./http.ts";
import { httpGet } from "./http.ts";
import type { BesideExchangeInfo } from "./parse/exchangeInfo.ts";
import { parseExchangeInfo } from "./parse/exchangeInfo.ts";
import { parseFundingRates } from "./parse/fundingRate.ts";
import { parseRestKlines } from "./parse/klines.ts";
import { recordAt, WireError } from "./parse/wire.ts";

export interface BinanceRestOptions {
  readonly market: "um" | "spot";
  /** Default: the live host of the market. */
  readonly baseUrl?: string;
  /** Base of the futures API for funding, which spot has none of. */
  readonly fundingBaseUrl?: string;
  readonly get?: HttpGet;
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Public market data over REST; nothing here needs a key. All times in ms, ranges `[fromMs, toMs)`. */
export interface BinanceRest {
  /** Closed klines, a block per page, ascending; what they are written with is counted into `numbers`. */
  klines(
    symbol: string,
    interval: string,
    intervalMs: number,
    fromMs: number,
    toMs: number,
    signal?: AbortSignal,
    numbers?: NumberCount,
  ): AsyncIterable<KlineBlock>;
  funding(symbol: string, fromMs: number, toMs: number, signal?: AbortSignal): Promise<readonly Funding[]>;
  /** Today's rules of a symbol; undefined when it is not listed. */
  instrument(symbol: string, beside: BesideExchangeInfo, signal?: AbortSignal): Promise<Instrument | undefined>;
}

export const FAPI_URL = "https://fapi.binance.com";
export const SPOT_URL = "https://api.binance.com";

/** Rows per page and the request weight per minute that an IP has (Binance's documentation, 2026). */
const MARKETS = {
  um: { baseUrl: FAPI_URL, path: "/fapi/v1", klinesMax: 1500, weightPerMinute: 2400 },
  spot: { baseUrl: SPOT_URL, path: "/api/v3", klinesMax: 1000, weightPerMinute: 6000 },
} as const;
const FUNDING_MAX = 1000;
/** Share of the weight after which requests wait for the next minute. */
const WEIGHT_SHARE = 0.8;

/** A client that pages, keeps below the request weight and repeats what may pass (`http.ts`). */
export const binanceRest = (options: BinanceRestOptions): BinanceRest => {
  const { klinesMax, path, ...market } = MARKETS[options.market];
  const nowMs = options.nowMs ?? Date.now;
  const sleep = options.sleep ?? ((ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }));
  const get = options.get ?? httpGet({ sleep });
  const baseUrl = trimmed(options.baseUrl ?? market.baseUrl);
  const fundingBaseUrl = trimmed(options.fundingBaseUrl ?? (options.market === "um" ? baseUrl : FAPI_URL));

  const json = async (
    base: string,
    name: string,
    query: Readonly<Record<string, string | number>>,
    signal?: AbortSignal,
  ): Promise<unknown> => {
    const parameters = new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]));
    const { status, bytes, headers } = await get(`${base}${name}?${parameters.toString()}`, { signal });
    const used = Number(headers.get("x-mbx-used-weight-1m") ?? 0);
    const body = decoded(bytes, name);
    if (status !== 200) throw refused(name, status, body);
    if (used >= WEIGHT_SHARE * market.weightPerMinute) await sleep(MINUTE_MS - (nowMs() % MINUTE_MS), signal);
    return body;
  };

  return {
    async *klines(symbol, interval, intervalMs, fromMs, toMs, signal, numbers) {
      for (let startTime = fromMs; startTime < Math.min(toMs, nowMs());) {
        const query = { symbol, interval, startTime, endTime: toMs - 1, limit: klinesMax };
        const answer = await json(baseUrl, `${path}/klines`, query, signal);
        const block = checked(`${path}/klines`, () => parseRestKlines(answer, intervalMs, nowMs(), numbers));
        if (block.length === 0) return;
        const lastMs = block.openTimeMs[block.length - 1] as number;
        if (lastMs < startTime)
          throw new UserError(`${baseUrl}${path}/klines answered with bars before the time that was asked for; check --rest-url`);
        yield block;
        startTime = lastMs + intervalMs;
      }
    },
    async funding(symbol, fromMs, toMs, signal) {
      const events: Funding[] = [];
      for (let startTime = fromMs; startTime < toMs;) {
        const answer = await json(
          fundingBaseUrl,
          "/fapi/v1/fundingRate",
          { symbol, startTime, endTime: toMs - 1, limit: FUNDING_MAX },
          signal,
        );
        const page = checked("/fapi/v1/fundingRate", () => parseFundingRates(answer, events.at(-1)?.intervalHours));
        events.push(...page);
        const last = page.at(-1);
        if (last === undefined || page.length < FUNDING_MAX || last.eventTimeMs < startTime) break;
        startTime = last.eventTimeMs + MINUTE_MS;
      }
      return events;
    },
    async instrument(symbol, beside, signal) {
      const answer = await json(fundingBaseUrl, "/fapi/v1/exchangeInfo", {}, signal);
      return checked("/fapi/v1/exchangeInfo", () => parseExchangeInfo(answer, symbol, beside));
    },
  };
};

const trimmed = (url: string): string => url.replace(/\/+$/, "");

const decoded = (bytes: Uint8Array, name: string): unknown => {
  const text = Buffer.from(bytes).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(
      `Binance answered ${name} with something that is not JSON ("${text.slice(0, 40).replaceAll("\n", " ")}"); check --rest-url`,
    );
  }
};

/** An error body is `{code, msg}`: −1121 is an unknown symbol. */
const refused = (name: string, status: number, body: unknown): UserError => {
  const { code, msg } = typeof body === "object" && body !== null ? recordAt(body, name) : {};
  return new UserError(
    `Binance refused ${name}: ${typeof msg === "string" ? msg : "no reason given"} (code ${String(code)}, status ${status}); check --symbol and --market`,
  );
};

const checked = <T>(name: string, parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new UserError(`Binance answered ${name} with something unexpected: ${error.message}; check --rest-url or report it`);
  }
};
