import type { Trade } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { HOUR_MS } from "../../../domain/units.ts";
import { IdText } from "../../../domain/decimals/idText.ts";

/** Aggregated trades in columns: 45 bytes a trade, where an event object with its id as text takes some 200. */
export class TradeColumns {
  length = 0;
  /** Ids are exact: parsing refuses those beyond 2^53. */
  readonly ids: Float64Array;
  readonly timesMs: Float64Array;
  readonly prices: Float64Array;
  readonly qtys: Float64Array;
  readonly buyerIsMaker: Uint8Array;
  readonly firstTradeIds: Float64Array;
  readonly tradeCounts: Int32Array;
  private readonly instrument: InstrumentIndex;
  private readonly idText = new IdText();

  constructor(capacity: number, instrument: InstrumentIndex) {
    this.instrument = instrument;
    this.ids = new Float64Array(capacity);
    this.timesMs = new Float64Array(capacity);
    this.prices = new Float64Array(capacity);
    this.qtys = new Float64Array(capacity);
    this.buyerIsMaker = new Uint8Array(capacity);
    this.firstTradeIds = new Float64Array(capacity);
    this.tradeCounts = new Int32Array(capacity);
  }

  add(id: number, timeMs: number, price: number, qty: number, buyerIsMaker: boolean, firstTradeId: number, tradeCount: number): void {
    const at = this.length++;
    this.ids[at] = id;
    this.timesMs[at] = timeMs;
    this.prices[at] = price;
    this.qtys[at] = qty;
    this.buyerIsMaker[at] = buyerIsMaker ? 1 : 0;
    this.firstTradeIds[at] = firstTradeId;
    this.tradeCounts[at] = tradeCount;
  }

  /** True when two rows say the same. */
  same(a: number, b: number): boolean {
    return (
      this.ids[a] === this.ids[b] &&
      this.timesMs[a] === this.timesMs[b] &&
      this.prices[a] === this.prices[b] &&
      this.qtys[a] === this.qtys[b] &&
      this.buyerIsMaker[a] === this.buyerIsMaker[b] &&
      this.firstTradeIds[a] === this.firstTradeIds[b] &&
      this.tradeCounts[a] === this.tradeCounts[b]
    );
  }

  /** Events of the rows that `order` names, in its order, an array for each hour that has any. */
  *hours(order: Uint32Array): Generator<readonly Trade[], void, undefined> {
    let hour: Trade[] = [];
    let endMs = -Infinity;
    for (const at of order) {
      const timeMs = this.timesMs[at] as number;
      if (timeMs >= endMs) {
        if (hour.length > 0) yield hour;
        hour = [];
        endMs = timeMs - (timeMs % HOUR_MS) + HOUR_MS;
      }
      hour.push(this.event(at));
    }
    if (hour.length > 0) yield hour;
  }

  /** The archive does not record when a trade arrived, so a trade is received and known at its own time. */
  private event(at: number): Trade {
    const timeMs = this.timesMs[at] as number;
    return {
      kind: Kind.trade,
      seq: -1,
      instrument: this.instrument,
      eventTimeMs: timeMs,
      receivedTimeMs: timeMs,
      knownAtMs: timeMs,
      tradeId: this.idText.of(this.ids[at] as number),
      price: this.prices[at] as number,
      qty: this.qtys[at] as number,
      buyerIsMaker: this.buyerIsMaker[at] === 1,
      tradeCount: this.tradeCounts[at] as number,
    };
  }
}
