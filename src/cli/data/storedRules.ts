import type { InstrumentRules } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { finestGrid, onGrid } from "../../domain/ruleGrid.ts";
import { formatUtc } from "../../domain/time.ts";
import { rulesEvent } from "../../store/rules/instrumentRules.ts";
import type { DatedRules } from "../../store/rules/instrumentRules.ts";
import type { Store } from "../../store/store.ts";

/** The trading rules of a run: those of its start and each change, counted in the finest tick and lot of all of them. */
interface RunRules {
  readonly instruments: readonly Instrument[];
  /** In line order. */
  readonly changes: readonly InstrumentRules[];
  readonly notes: readonly string[];
}

/** Of symbols between `fromMs` and `toMs`; `markets`: of their bars. Throws a `UserError` where a change cannot be followed. */
export const storedRules = async (
  store: Store,
  symbols: readonly string[],
  markets: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<RunRules> => {
  const first = await store.instruments(symbols, fromMs, markets);
  const found = await Promise.all(symbols.map((symbol, index) => store.rulesChanged(symbol, fromMs, toMs, markets[index])));
  const rules = first.map((instrument, index) => onOneGrid(instrument, found[index] ?? []));
  return {
    instruments: rules.map(({ instrument }) => instrument),
    changes: rules.flatMap(({ changes }) => changes).sort((a, b) => a.knownAtMs - b.knownAtMs || a.instrument - b.instrument),
    notes: first.flatMap((instrument, index) => note(instrument, found[index] ?? [])),
  };
};

const onOneGrid = (instrument: Instrument, later: readonly DatedRules[]) => {
  const grid = finestGrid([instrument, ...later.map(({ rules }) => rules)]);
  return {
    instrument: { ...onGrid(instrument, grid), index: instrument.index },
    changes: later.map(({ validFromMs, rules }) => rulesEvent({ validFromMs, rules: onGrid(rules, grid) }, instrument.index)),
  };
};

const note = ({ symbol, tickSize, lotSize }: Instrument, later: readonly DatedRules[]): string[] => {
  if (later.length === 0) return [];
  const when = later.map(({ validFromMs }) => formatUtc(validFromMs)).join(", ");
  const sizes = [
    ...(later.some(({ rules }) => rules.tickSize !== tickSize) ? ["tick"] : []),
    ...(later.some(({ rules }) => rules.lotSize !== lotSize) ? ["lot"] : []),
  ].join(" and ");
  const grid = sizes === "" ? "" : ` Its ${sizes} changed: the whole run counts in the finest, and orders need not keep to the coarser.`;
  return [`The trading rules of ${symbol} changed on ${when}; orders follow the rules of their time.${grid}`];
};
