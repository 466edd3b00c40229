import type { MarginBracket } from "../../../domain/instrument.ts";
import { amountAt, arrayAt, recordAt, textAt, WireError } from "./wire.ts";

/**
 * Margin brackets by symbol, ascending by notional. Takes Binance's own answer (`GET /fapi/v1/leverageBracket`: an
 * array of `{symbol, brackets}`, or one such object) and the table that ccxt prints
 * (`{"BTC/USDT:USDT": [{info: {notionalCap, …}}]}`; only perpetuals, named `BTCUSDT` here).
 */
export const parseLeverageBrackets = (json: unknown): ReadonlyMap<string, readonly MarginBracket[]> => {
  if (Array.isArray(json)) return new Map(json.map((raw, i) => ownShape(raw, `leverageBracket[${i}]`)));
  const table = recordAt(json, "leverageBracket");
  if ("symbol" in table) return new Map([ownShape(table, "leverageBracket")]);
  return new Map(
    Object.entries(table).flatMap(([name, rows]) => {
      const [, base, quote] = /^([^/:]+)\/([^/:]+):\2$/.exec(name) ?? [];
      if (base === undefined || quote === undefined) return [];
      const infos = arrayAt(rows, name).map((raw, i) => recordAt(raw, `${name}[${i}]`)["info"]);
      return [[`${base}${quote}`, brackets(infos, name)] as const];
    }),
  );
};

const ownShape = (raw: unknown, path: string): readonly [string, readonly MarginBracket[]] => {
  const entry = recordAt(raw, path);
  const symbol = textAt(entry["symbol"], `${path}.symbol`);
  return [symbol, brackets(arrayAt(entry["brackets"], `${path}.brackets`), symbol)];
};

const brackets = (rows: readonly unknown[], symbol: string): readonly MarginBracket[] => {
  const found = rows.map((raw, i): MarginBracket => {
    const path = `${symbol}.brackets[${i}]`;
    const row = recordAt(raw, path);
    const amount = (field: string): number => amountAt(row[field], `${path}.${field}`);
    return {
      notionalFloorUsdt: amount("notionalFloor"),
      notionalCapUsdt: amount("notionalCap"),
      maintenanceMarginRate: amount("maintMarginRatio"),
      maintenanceAmountUsdt: amount("cum"),
      maxLeverage: amount("initialLeverage"),
    };
  });
  found.sort((a, b) => a.notionalFloorUsdt - b.notionalFloorUsdt);
  if (found.length === 0) throw new WireError(`${symbol} has no brackets`);
  for (let i = 1; i < found.length; i++) {
    if (found[i]?.notionalFloorUsdt !== found[i - 1]?.notionalCapUsdt)
      throw new WireError(`${symbol}.brackets[${i}] does not begin where the one before ends`);
  }
  return found;
};
