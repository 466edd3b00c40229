import { setTimeout as delay } from "node:timers/promises";
import type { NumberCount } from "../../domain/decimals/numberCount.ts";
import type { Funding } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { KlineBlock } from "../../domain/kline.ts";
import { settlementMs } from "../../domain/fundingEvent.ts";
import { HOUR_MS, MINUTE_MS, UserError } from "../../domain/units.ts";
import type { HttpGet } from "./http.ts";
import { exchangeTimeMs, httpGet } from "./http.ts";
import type { BesideExchangeInfo } from "./parse/exchangeInfo.ts";
import { parseExchangeInfo } from "./parse/exchangeInfo.ts";
import type { SettledRate } from "./parse/fundingRate.ts";
import { fundingEvents, parseFundingInterval, parseFundingRates } from "./parse/fundingRate.ts";
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
  /** Told before each wait for the request weight. */
  readonly onWait?: (line: string) => void;
}

/** Public market data over REST; nothing here needs a key. All times in ms, ranges `[fromMs, toMs)`. */
export interface BinanceRest {
  /**
   * Closed klines, a block per page, ascending; a page of any length is followed by another request, until the end or an empty one. What
   * they are written with is counted into `numbers`.
   */
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

const FAPI_URL = "https://fapi.binance.com";
const SPOT_URL = "https://api.binance.com";

/** Rows per page and the request weight per minute that an IP has (Binance's documentation, 2026). */
const MARKETS = {
  um: { baseUrl: FAPI_URL, path: "/fapi/v1", klinesMax: 1500, weightPerMinute: 2400 },
  spot: { baseUrl: SPOT_URL, path: "/api/v3", klinesMax: 1000, weightPerMinute: 6000 },
} as const;
const FUNDING_MAX = 1000;
/** Longest interval between two settlements. */
const INTERVAL_MS_MAX = 8 * HOUR_MS;
/** Share of the weight after which requests wait for the next minute. */
const WEIGHT_SHARE = 0.8;

/** The symbol is not, or no longer, on the exchange. */
export class NotListed extends UserError {}
/** The exchange answers nothing to this address, or to its country. */
export class AddressRefused extends UserError {}

/** A client that pages, keeps below the request weight and repeats what may pass (`http.ts`). */
export const binanceRest = (options: BinanceRestOptions): BinanceRest => {
  const { klinesMax, path, ...market } = MARKETS[options.market];
  const nowMs = options.nowMs ?? Date.now;
  const sleep = options.sleep ?? ((ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }));
  const get = options.get ?? httpGet({ sleep });
  const baseUrl = trimmed(options.baseUrl ?? market.baseUrl);
  const fundingBaseUrl = trimmed(options.fundingBaseUrl ?? (options.market === "um" ? baseUrl : FAPI_URL));
  /** Until when no host whose request weight is nearly used up is asked. */
  const restUntilMs = new Map<string, number>();

  const answerTo = async (
    base: string,
    name: string,
    query: Readonly<Record<string, string | number>>,
    signal?: AbortSignal,
  ): Promise<{ readonly json: unknown; readonly exchangeMs: number }> => {
    const waitMs = (restUntilMs.get(base) ?? 0) - nowMs();
    if (waitMs > 0) {
      options.onWait?.(`the request weight of ${base} is nearly used up: waiting ${Math.ceil(waitMs / 1000)} s for the next minute`);
      await sleep(waitMs, signal);
    }
    const parameters = new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]));
    const { status, bytes, headers } = await get(`${base}${name}${parameters.size === 0 ? "" : `?${parameters.toString()}`}`, {
      signal,
      whole: isJson,
    });
    const exchangeMs = exchangeTimeMs(headers) ?? nowMs();
    if (Number(headers.get("x-mbx-used-weight-1m") ?? 0) >= WEIGHT_SHARE * market.weightPerMinute)
      restUntilMs.set(base, nowMs() + MINUTE_MS - (exchangeMs % MINUTE_MS));
    const text = Buffer.from(bytes).toString("utf8");
    if (status !== 200) throw refused(name, status, text);
    return { json: decoded(text, name), exchangeMs };
  };

  return {
    async *klines(symbol, interval, intervalMs, fromMs, toMs, signal, numbers) {
      for (let startTime = fromMs; startTime < toMs;) {
        // One bar beyond the end: by it the last one is known to be closed.
        const query = { symbol, interval, startTime, endTime: toMs + intervalMs - 1, limit: klinesMax };
        const { json, exchangeMs } = await answerTo(baseUrl, `${path}/klines`, query, signal);
        const block = checked(`${path}/klines`, () => parseRestKlines(json, intervalMs, exchangeMs, numbers));
        const lastMs = block.openTimeMs[block.length - 1] as number;
        if (block.length > 0 && lastMs < startTime)
          throw new UserError(`${baseUrl}${path}/klines answered with bars before the time that was asked for; check --rest-url`);
        while (block.length > 0 && (block.openTimeMs[block.length - 1] as number) >= toMs) block.length -= 1;
        if (block.length === 0) return;
        yield block;
        startTime = lastMs + intervalMs;
      }
    },
    async funding(symbol, fromMs, toMs, signal) {
      const rates: SettledRate[] = [];
      // From an interval earlier on: that of the first settlement is its distance to the one before.
      for (let startTime = Math.max(0, fromMs - INTERVAL_MS_MAX); startTime < toMs;) {
        const query = { symbol, startTime, endTime: toMs - 1, limit: FUNDING_MAX };
        const { json } = await answerTo(fundingBaseUrl, "/fapi/v1/fundingRate", query, signal);
        const page = checked("/fapi/v1/fundingRate", () => parseFundingRates(json));
        const last = page.at(-1);
        if (last === undefined || last.timeMs < startTime) break;
        rates.push(...page);
        startTime = settlementMs(last.timeMs) + MINUTE_MS;
        if (startTime > toMs - HOUR_MS) break; // the next settlement lies behind the end
      }
      let loneHours = 8;
      if (rates.length === 1) {
        const { json } = await answerTo(fundingBaseUrl, "/fapi/v1/fundingInfo", {}, signal);
        loneHours = checked("/fapi/v1/fundingInfo", () => parseFundingInterval(json, symbol));
      }
      return fundingEvents(rates, loneHours).filter(({ eventTimeMs }) => eventTimeMs >= fromMs && eventTimeMs < toMs);
    },
    async instrument(symbol, beside, signal) {
      const { json } = await answerTo(fundingBaseUrl, "/fapi/v1/exchangeInfo", {}, signal);
      return checked("/fapi/v1/exchangeInfo", () => parseExchangeInfo(json, symbol, beside));
    },
  };
};

const trimmed = (url: string): string => url.replace(/\/+$/, "");

const isJson = (bytes: Uint8Array): boolean => {
  try {
    JSON.parse(Buffer.from(bytes).toString("utf8"));
    return true;
  } catch {
    return false; // cut short, or something else than JSON
  }
};

const decoded = (text: string, name: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`Binance answered ${name} with something that is not JSON ("${shownText(text)}"); check --rest-url`);
  }
};

/** What a status other than 200 means. An error body is `{code, msg}`; a refused address may get a page of HTML. */
const refused = (name: string, status: number, text: string): UserError => {
  const { code, msg } = errorBody(text);
  if (status === 451 || status === 403)
    return new AddressRefused(
      `Binance refused ${name} to this address or its country (status ${status}: ${msg ?? `"${shownText(text)}"`}); the archive is not affected`,
    );
  const what = `Binance refused ${name}: ${msg ?? "no reason given"} (code ${String(code)}, status ${status}); check --symbol and --market`;
  return UNLISTED.includes(code) ? new NotListed(what) : new UserError(what);
};

/** Codes of a symbol that is unknown, and of one that is closed. */
const UNLISTED: readonly unknown[] = [-1121, -1122];

const errorBody = (text: string): { readonly code?: unknown; readonly msg?: string } => {
  try {
    const { code, msg } = recordAt(JSON.parse(text), "error");
    return { code, ...(typeof msg === "string" ? { msg } : {}) };
  } catch {
    return {}; // no JSON, or no object: there is no code
  }
};

const shownText = (text: string): string => text.slice(0, 40).replaceAll(/\s+/g, " ");

const checked = <T>(name: string, parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new UserError(`Binance answered ${name} with something unexpected: ${error.message}; check --rest-url or report it`);
  }
};
