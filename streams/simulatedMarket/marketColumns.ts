import type { Funding } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import { KLINE_COLUMNS } from "../../src/domain/kline.ts";
import type { KlineColumn } from "../../src/domain/kline.ts";
import type { SimulatedMarketOptions } from "./options.ts";
import { minutesOf } from "./options.ts";
import { symbolEvents } from "./symbolEvents.ts";

/** A whole path in memory, for tests and research: recorded bars column by column, and the settled funding. */
export type MarketColumns = Readonly<Record<KlineColumn, Float64Array>> & { readonly length: number; readonly funding: readonly Funding[] };

/** All bars of one symbol of the simulated market: 80 bytes a bar, so tens of years at most. */
export const marketColumns = (options: SimulatedMarketOptions, index = 0): MarketColumns => {
  const capacity = minutesOf(options);
  const columns = Object.fromEntries(KLINE_COLUMNS.map((name) => [name, new Float64Array(capacity)])) as Record<KlineColumn, Float64Array>;
  const funding: Funding[] = [];
  let rows = 0;
  for (const burst of symbolEvents(options, index))
    for (const event of burst) {
      if (event.kind === Kind.funding) funding.push(event);
      if (event.kind !== Kind.kline) continue;
      for (const name of KLINE_COLUMNS) columns[name][rows] = event.block[name][event.row] as number;
      rows += 1;
    }
  const used = Object.fromEntries(KLINE_COLUMNS.map((name) => [name, columns[name].subarray(0, rows)])) as Record<
    KlineColumn,
    Float64Array
  >;
  return { ...used, length: rows, funding };
};
