import type { BeliefLayer } from "../../models/serving.ts";

/** Decision bars at which a member spoke for its layer. */
export interface MemberBars {
  readonly layer: BeliefLayer;
  readonly member: string;
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
  readonly member: string;
  readonly fallback: string;
  readonly knownAtMs: number;
}

/** Who spoke for each layer, and how often another spoke instead: bounded by members and reasons. */
export class MemberLog {
  readonly #fromMs: number;
  readonly #spoke = new Map<string, { -readonly [Key in keyof MemberBars]: MemberBars[Key] }>();
  readonly #fell = new Map<string, { -readonly [Key in keyof FallbackBars]: FallbackBars[Key] }>();

  /** Bars that close up to `fromMs` only warm up. */
  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  said(layer: BeliefLayer, { member, fallback, knownAtMs }: Said): void {
    if (knownAtMs <= this.#fromMs) return;
    const key = `${layer} ${member}`;
    const known = this.#spoke.get(key);
    if (known === undefined) this.#spoke.set(key, { layer, member, bars: 1, fromMs: knownAtMs, toMs: knownAtMs });
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
