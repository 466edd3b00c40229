import type { BeliefLayer } from "../../models/serving.ts";

/** Decision bars at which a member spoke for its layer. */
export interface MemberBars {
  readonly layer: BeliefLayer;
  readonly member: string;
  /** The symbol, where a member may serve one alone; left out elsewhere. */
  readonly symbol?: string;
  readonly bars: number;
  /** Close of the first and of the last of them. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Decision bars at which the rule spoke because the member that serves did not. */
export interface FallbackBars {
  readonly layer: BeliefLayer;
  readonly reason: string;
  readonly bars: number;
}

interface Said {
  readonly instrument: number;
  readonly member: string;
  readonly fallback: string;
  readonly knownAtMs: number;
}

/** Who spoke for each layer, and how often another spoke instead: bounded by members and reasons. */
export class MemberLog {
  readonly #fromMs: number;
  readonly #symbols: readonly string[] | null;
  readonly #spoke = new Map<string, { -readonly [Key in keyof MemberBars]: MemberBars[Key] }>();
  readonly #fell = new Map<string, { -readonly [Key in keyof FallbackBars]: FallbackBars[Key] }>();

  /** Bars that close up to `fromMs` only warm up. `symbols`: by instrument, where a member may serve one alone; null: none does. */
  constructor(fromMs: number, symbols: readonly string[] | null = null) {
    this.#fromMs = fromMs;
    this.#symbols = symbols;
  }

  said(layer: BeliefLayer, { instrument, member, fallback, knownAtMs }: Said): void {
    if (knownAtMs <= this.#fromMs) return;
    const symbol = this.#symbols?.[instrument];
    const key = symbol === undefined ? `${layer} ${member}` : `${layer} ${member} ${symbol}`;
    const known = this.#spoke.get(key);
    if (known === undefined)
      this.#spoke.set(key, { layer, member, ...(symbol === undefined ? {} : { symbol }), bars: 1, fromMs: knownAtMs, toMs: knownAtMs });
    else {
      known.bars += 1;
      known.toMs = knownAtMs;
    }
    if (fallback === "") return;
    const why = `${layer} ${fallback}`;
    const fell = this.#fell.get(why);
    if (fell === undefined) this.#fell.set(why, { layer, reason: fallback, bars: 1 });
    else fell.bars += 1;
  }

  /** In the order in which they first spoke. */
  get spoke(): readonly MemberBars[] {
    return [...this.#spoke.values()];
  }
  get fellBack(): readonly FallbackBars[] {
    return [...this.#fell.values()];
  }
}
