import type { RiskLevel, RiskState } from "../domain/derived.ts";
import { Kind } from "../domain/kind.ts";
import type { InstrumentIndex } from "../domain/units.ts";
import { NO_INSTRUMENT } from "../domain/units.ts";

/** Why risk is reduced: one active breach of one rule. */
export interface Cause {
  readonly rule: string;
  readonly level: Exclude<RiskLevel, "ACTIVE">;
  readonly value: number;
  readonly limit: number;
}

/** Where on the line we are: what derived items carry. */
export interface LineTime {
  readonly seq: number;
  readonly knownAtMs: number;
}

/** Told of every cause that comes or goes: the gate. */
interface CauseListener {
  caused(state: RiskState): void;
}

/**
 * The active causes of the account, or those that hold for one instrument alone. The state is the worst of them; none clears but by
 * its own rule; every change is reported as a `riskState` item to `listener`.
 */
export class Causes {
  private readonly active = new Map<string, Cause>();
  private readonly listener: CauseListener;
  private readonly instrument: InstrumentIndex;
  /** The worst cause, the oldest of equals; null when ACTIVE. */
  worst: Cause | null = null;
  /** Whether the level is not ACTIVE: asked at every bar. */
  restricted = false;

  constructor(listener: CauseListener, instrument: InstrumentIndex = NO_INSTRUMENT) {
    this.listener = listener;
    this.instrument = instrument;
  }

  get level(): RiskLevel {
    return this.worst?.level ?? "ACTIVE";
  }
  has(rule: string): boolean {
    return this.active.has(rule);
  }
  some(which: (cause: Cause) => boolean): boolean {
    return [...this.active.values()].some(which);
  }

  raise(time: LineTime, rule: string, level: Cause["level"], value: number, limit: number): void {
    if (this.active.has(rule)) return;
    const cause = { rule, level, value, limit };
    this.active.set(rule, cause);
    this.report(time, cause, true);
  }

  clear(time: LineTime, rule: string): void {
    const cause = this.active.get(rule);
    if (cause === undefined) return;
    this.active.delete(rule);
    this.report(time, cause, false);
  }

  clearWhere(time: LineTime, which: (cause: Cause) => boolean): void {
    for (const cause of [...this.active.values()]) if (which(cause)) this.clear(time, cause.rule);
  }

  private report({ seq, knownAtMs }: LineTime, { rule, level: causeLevel, value, limit }: Cause, active: boolean): void {
    this.worst = null;
    for (const cause of this.active.values()) {
      if (this.worst === null || (cause.level === "HALTED" && this.worst.level !== "HALTED")) this.worst = cause;
    }
    const { level, instrument } = this;
    this.restricted = level !== "ACTIVE";
    this.listener.caused({ kind: Kind.riskState, seq, instrument, knownAtMs, level, causeLevel, rule, active, value, limit });
  }
}
