import type { OrderTable } from "./orderTable.ts";
import type { Held } from "./held.ts";
import { isStopRequest, onlyReduces, waits, wayTo } from "./held.ts";

/** Something on the way: where the price meets it, and what comes first at one price. */
interface Meeting {
  readonly ticks: number;
  /** 0 liquidation, 1 stop, 2 any other order. */
  readonly rank: 0 | 1 | 2;
  readonly held: Held | null;
}

/** The way through a bar: to the extreme that hurts, then to the other; anew from each fill that opens, grows or turns the position. */
export const walk = (table: OrderTable): void => {
  const { holding, bar } = table;
  let at = bar.open;
  let way = firstWay(table);
  let legs = 2;
  while (legs > 0) {
    const end = way > 0 ? bar.high : bar.low;
    const next = nearest(meetings(table, at, end, way), way);
    if (next === null) {
      at = end;
      way = way > 0 ? -1 : 1;
      legs -= 1;
      continue;
    }
    at = next.ticks;
    const was = holding.lots;
    if (next.held === null) table.liquidate(at);
    else if (next.held.request.type === "limit") table.make(next.held, at);
    else table.trigger(next.held, at);
    const now = holding.lots;
    if (now === 0 || (Math.sign(now) === Math.sign(was) && Math.abs(now) <= Math.abs(was))) continue;
    table.grewInside = true;
    way = now > 0 ? -1 : 1;
    legs = 2;
  }
};

const firstWay = ({ holding, open }: OrderTable): 1 | -1 => {
  if (holding.lots !== 0) return holding.lots > 0 ? -1 : 1;
  const oldest = open.find((held) => !held.gone && !held.taking && !onlyReduces(held.request));
  return oldest === undefined ? -1 : wayTo(oldest.request);
};

const meetings = (table: OrderTable, at: number, end: number, way: 1 | -1): Meeting[] => {
  const { holding, open } = table;
  const found: Meeting[] = [];
  const liquidation = holding.liquidationTicks();
  if (liquidation !== null && Math.sign(holding.lots) === -way && way * (end - liquidation) >= 0)
    found.push({ ticks: way * Math.max(way * liquidation, way * at), rank: 0, held: null });
  for (const held of open) {
    if (held.gone || held.taking || wayTo(held.request) !== way) continue;
    const { request, triggerTicks } = held;
    // Of what grew inside this bar, a profit is proven by the close alone.
    const reach = table.grewInside && onlyReduces(request) && !isStopRequest(request) ? table.bar.close : end;
    if (waits(held)) {
      if (way * (reach - triggerTicks) >= 0)
        found.push({ ticks: way * Math.max(way * triggerTicks, way * at), rank: isStopRequest(request) ? 1 : 2, held });
    } else if (table.roomLots > 0 && way * (request.priceTicks - at) >= 0 && way * (reach - request.priceTicks) >= 1)
      found.push({ ticks: request.priceTicks, rank: 2, held });
  }
  return found;
};

/** The first on the way; where several share price and rank, the one that was placed first. */
const nearest = (found: readonly Meeting[], way: 1 | -1): Meeting | null => {
  let best: Meeting | null = null;
  for (const next of found) {
    const before = best === null ? -1 : way * (next.ticks - best.ticks) || next.rank - best.rank;
    if (before < 0) best = next;
  }
  return best;
};
