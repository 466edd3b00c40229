import { setTimeout as delay } from "node:timers/promises";
import { formatUtc } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";

export interface HttpOptions {
  /** Tries of one request, the first included. */
  readonly attemptsMax?: number;
  /** Longest silence of the other side before a try is given up. */
  readonly stallMs?: number;
  /** A body that is still coming after this long must have come at `bytesPerSecondMin` on average. */
  readonly slowAfterMs?: number;
  readonly bytesPerSecondMin?: number;
  /** Wait before the second try; doubles with each, to 30 s at most. No answer makes a wait shorter. */
  readonly backoffMs?: number;
  /** Longest wait that is obeyed when the other side asks for one; above it the request fails (an IP ban lasts minutes to days). */
  readonly retryAfterMsMax?: number;
  /** Waits; tests pass one that does not. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Told before each wait. */
  readonly onRetry?: (line: string) => void;
  /** Names of variables of the environment that name a proxy, which `fetch` does not use: told where nothing can be reached. */
  readonly proxies?: readonly string[];
}

interface HttpAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

interface GetOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the body as they arrive (counted anew when a try is repeated). */
  readonly onBytes?: (bytes: number) => void;
  /**
   * Whether a body with status 200 is whole, asked where no length tells it (compressed, or ended by the connection); false: another try.
   */
  readonly whole?: (bytes: Uint8Array) => boolean;
}

export type HttpGet = (url: string, options?: GetOptions) => Promise<HttpAnswer>;

/** All tries failed: it is the other side or the way to it, not what was asked for. */
export class Unreachable extends UserError {}

const BACKOFF_MS_MAX = 30_000;
/** Statuses that say "later": too many requests, IP ban, request timeout. */
const BANNED = 418;
const LATER = [408, BANNED, 429];

/**
 * `GET` that repeats what may pass: 408, 418 and 429 (obeying `Retry-After` and "banned until" of the text), 5xx, timeouts, resets, bodies
 * cut short or trickling. Any other status is an answer, for the caller to judge. When the tries are used up it throws a one-line
 * `Unreachable`; an aborted signal rejects with the signal's reason.
 */
export const httpGet = (options: HttpOptions = {}): HttpGet => {
  const { attemptsMax = 6, backoffMs = 500, retryAfterMsMax = 120_000, onRetry, proxies = [] } = options;
  const { stallMs = 30_000, slowAfterMs = 20_000, bytesPerSecondMin = 10_000 } = options;
  const sleep = options.sleep ?? ((ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }));
  return async (url, get = {}) => {
    for (let attempt = 1; ; attempt++) {
      get.signal?.throwIfAborted();
      const { answer, problem, askedMs = 0, noWay = false } = await tryOnce(url, { stallMs, slowAfterMs, bytesPerSecondMin }, get);
      if (answer !== undefined) return answer;
      const waitMs = Math.max(askedMs, Math.min(BACKOFF_MS_MAX, backoffMs * 2 ** (attempt - 1)));
      if (attempt === attemptsMax || waitMs > retryAfterMsMax) {
        const patience =
          waitMs <= retryAfterMsMax
            ? `${attempt} tries`
            : waitMs < Infinity
              ? `it asks to wait ${Math.ceil(waitMs / 1000)} s`
              : "no more tries";
        throw new Unreachable(
          `cannot get ${url}: ${problem} (${patience}); try again later, what has landed is kept${noWay ? unused(proxies) : ""}`,
        );
      }
      onRetry?.(`${url}: ${problem}; try ${attempt + 1} of ${attemptsMax} in ${(waitMs / 1000).toFixed(1)} s`);
      await sleep(waitMs, get.signal);
    }
  };
};

/** Names of the variables of an environment that name a proxy and that `fetch` leaves alone (Node 24 can be told to use them). */
export const unusedProxies = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  env["NODE_USE_ENV_PROXY"] === "1"
    ? []
    : ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].filter((name) => (env[name] ?? "") !== "");

const unused = (proxies: readonly string[]): string =>
  proxies.length === 0
    ? ""
    : `; proxies of the environment (${proxies.join(", ")}) are not used: run with NODE_USE_ENV_PROXY=1 and Node 24`;

interface Outcome {
  readonly answer?: HttpAnswer;
  readonly problem: string;
  /** How long the other side asks to wait; infinite: it does not want to be asked again. */
  readonly askedMs?: number;
  /** True when no answer began. */
  readonly noWay?: boolean;
}

interface Bounds {
  readonly stallMs: number;
  readonly slowAfterMs: number;
  readonly bytesPerSecondMin: number;
}

const tryOnce = async (url: string, bounds: Bounds, { signal, onBytes, whole }: GetOptions): Promise<Outcome> => {
  const { stallMs, slowAfterMs, bytesPerSecondMin } = bounds;
  const giveUp = new AbortController();
  let why = "";
  let answered = false;
  const stalled = (): void => {
    why = `silent for ${stallMs / 1000} s`;
    giveUp.abort();
  };
  let timer = setTimeout(stalled, stallMs);
  try {
    const response = await fetch(url, { signal: signal === undefined ? giveUp.signal : AbortSignal.any([signal, giveUp.signal]) });
    answered = true;
    const startedMs = performance.now();
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(stalled, stallMs);
      parts.push(part);
      length += part.byteLength;
      onBytes?.(part.byteLength);
      const tookMs = performance.now() - startedMs;
      if (tookMs > slowAfterMs && length < (bytesPerSecondMin * tookMs) / 1000) {
        why = `slower than ${bytesPerSecondMin / 1000} kB/s`;
        giveUp.abort();
      }
    }
    const { status, headers } = response;
    const bytes = Buffer.concat(parts);
    if (status >= 500 || LATER.includes(status)) return later(status, headers, bytes);
    const announced = headers.get("content-encoding") === null ? headers.get("content-length") : null;
    if (announced !== null && Number(announced) !== length) return { problem: `${length} of ${announced} bytes came` };
    if (announced === null && status === 200 && whole?.(bytes) === false) return { problem: `the body was cut short at ${length} bytes` };
    return { answer: { status, headers, bytes }, problem: "" };
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    return { problem: why === "" ? causeOf(error) : why, noWay: !answered };
  } finally {
    clearTimeout(timer);
  }
};

/** `Way too many requests; IP(…) banned until 1589871472311.` */
const BANNED_UNTIL = /banned until (\d{13})/;

/** What an answer that means "later" says of when. A ban without a time is not tried again: each request makes it longer. */
const later = (status: number, headers: Headers, body: Buffer): Pick<Outcome, "problem" | "askedMs"> => {
  const until = Number(BANNED_UNTIL.exec(body.toString("utf8", 0, 1000))?.[1]);
  const afterMs = retryAfter(headers.get("retry-after"));
  if (until > 0) {
    const banMs = until - (exchangeTimeMs(headers) ?? Date.now());
    return { problem: `status ${status}: this address is banned until ${formatUtc(until)}`, askedMs: Math.max(banMs, afterMs ?? 0) };
  }
  if (status === BANNED && afterMs === undefined)
    return { problem: `status ${status}: this address is banned, until when is not told`, askedMs: Infinity };
  return { problem: `status ${status}`, ...(afterMs === undefined ? {} : { askedMs: afterMs }) };
};

/** The other side's clock when it answered, in ms, cut to the second; undefined where the answer does not tell. */
export const exchangeTimeMs = (headers: Headers): number | undefined => {
  const timeMs = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(timeMs) ? undefined : timeMs;
};

/** Seconds, or a date, as ms from now; undefined when absent, empty or neither. */
const retryAfter = (header: string | null): number | undefined => {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
};

/** `fetch` hides why behind "fetch failed". */
const causeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code;
  return code ?? (cause instanceof Error ? (cause.message.split("\n")[0] ?? cause.name) : String(cause));
};
