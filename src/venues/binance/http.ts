import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../domain/units.ts";

export interface HttpOptions {
  /** Tries of one request, the first included. */
  readonly attemptsMax?: number;
  /** Longest silence of the other side before a try is given up. */
  readonly stallMs?: number;
  /** Wait before the second try; doubles with each, to 30 s at most. */
  readonly backoffMs?: number;
  /** Longest `Retry-After` that is obeyed by waiting; above it the request fails (an IP ban lasts minutes to days). */
  readonly retryAfterMsMax?: number;
  /** Waits; tests pass one that does not. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Told before each wait. */
  readonly onRetry?: (line: string) => void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

export interface GetOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the body as they arrive (counted anew when a try is repeated). */
  readonly onBytes?: (bytes: number) => void;
}

export type HttpGet = (url: string, options?: GetOptions) => Promise<HttpAnswer>;

const BACKOFF_MS_MAX = 30_000;
/** Statuses that say "later": too many requests, IP ban, request timeout. */
const LATER = [408, 418, 429];

/**
 * `GET` that repeats what may pass: 408, 418 and 429 (obeying `Retry-After`), 5xx, timeouts, resets, bodies cut short.
 * Any other status is an answer, for the caller to judge. When the tries are used up it throws a one-line `UserError`;
 * an aborted signal rejects with the signal's reason.
 */
export const httpGet = (options: HttpOptions = {}): HttpGet => {
  const { attemptsMax = 6, stallMs = 30_000, backoffMs = 500, retryAfterMsMax = 120_000, onRetry } = options;
  const sleep = options.sleep ?? ((ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }));
  return async (url, { signal, onBytes } = {}) => {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const outcome = await tryOnce(url, stallMs, signal, onBytes);
      if (outcome.answer !== undefined) return outcome.answer;
      const waitMs = outcome.retryAfterMs ?? Math.min(BACKOFF_MS_MAX, backoffMs * 2 ** (attempt - 1));
      if (attempt === attemptsMax || waitMs > retryAfterMsMax) {
        const patience = waitMs > retryAfterMsMax ? `it asks to wait ${Math.ceil(waitMs / 1000)} s` : `${attempt} tries`;
        throw new UserError(`cannot get ${url}: ${outcome.problem} (${patience}); try again later, what has landed is kept`);
      }
      onRetry?.(`${url}: ${outcome.problem}; try ${attempt + 1} of ${attemptsMax} in ${(waitMs / 1000).toFixed(1)} s`);
      await sleep(waitMs, signal);
    }
  };
};

interface Outcome {
  readonly answer?: HttpAnswer;
  readonly problem: string;
  readonly retryAfterMs?: number;
}

const tryOnce = async (url: string, stallMs: number, signal: AbortSignal | undefined, onBytes: GetOptions["onBytes"]): Promise<Outcome> => {
  const stall = new AbortController();
  const stalled = (): void => stall.abort();
  let timer = setTimeout(stalled, stallMs);
  try {
    const response = await fetch(url, { signal: signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal]) });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(stalled, stallMs);
      parts.push(part);
      length += part.byteLength;
      onBytes?.(part.byteLength);
    }
    const { status, headers } = response;
    if (status >= 500 || LATER.includes(status)) {
      const retryAfterMs = retryAfter(headers.get("retry-after"));
      return { problem: `status ${status}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    const announced = headers.get("content-encoding") === null ? headers.get("content-length") : null;
    if (announced !== null && Number(announced) !== length) return { problem: `${length} of ${announced} bytes came` };
    return { answer: { status, headers, bytes: Buffer.concat(parts) }, problem: "" };
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    return { problem: stall.signal.aborted ? `silent for ${stallMs / 1000} s` : causeOf(error) };
  } finally {
    clearTimeout(timer);
  }
};

/** Seconds, or a date, as ms from now; undefined when absent or neither. */
const retryAfter = (header: string | null): number | undefined => {
  if (header === null) return undefined;
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
