import type { AccountState, RiskState } from "../domain/derived.ts";
import type { RiskSpan } from "./runRecord.ts";

/** Causes of risk as spans of time, and what a strict profile would have ended with at the first halt. */
export class RiskSpans {
  readonly spans: RiskSpan[] = [];
  halts = 0;
  haltedAtMs: number | null = null;
  /** Equity once flat after the first halt. */
  strictEquityEndUsdt: number | null = null;
  readonly #open = new Map<string, RiskState>();

  change(state: RiskState): void {
    const { rule } = state;
    if (state.active) {
      const halting = state.causeLevel === "HALTED" && ![...this.#open.values()].some((other) => other.causeLevel === "HALTED");
      this.#open.set(rule, { ...state });
      if (!halting) return;
      this.halts += 1;
      this.haltedAtMs ??= state.knownAtMs;
      return;
    }
    this.#end(rule, state.knownAtMs);
  }

  equity(account: AccountState): void {
    if (this.haltedAtMs === null || this.strictEquityEndUsdt !== null) return;
    if (account.positions.every((position) => position.positionLots === 0)) this.strictEquityEndUsdt = account.equityUsdt;
  }

  finish(atMs: number): void {
    for (const rule of [...this.#open.keys()]) this.#end(rule, atMs);
  }

  #end(rule: string, toMs: number): void {
    const state = this.#open.get(rule);
    if (state === undefined) return;
    this.#open.delete(rule);
    this.spans.push({ rule, level: state.causeLevel, fromMs: state.knownAtMs, toMs, value: state.value, limit: state.limit });
  }
}
