import { Exact } from "../exact.ts";
import type { Lived, Scenario } from "../scenario.ts";
import { OracleBook } from "./book.ts";
import type { Cash } from "./orderTable.ts";

/**
 * The simulated venue on bars as docs/venue.md tells it, in exact arithmetic. It was written from that page and shares no code with
 * `src/venues`: what the two say differently is a fault of the page, of the venue or of this.
 */
export const oracleOf = ({ instruments, options, steps }: Scenario): Lived[] => {
  const cash: Cash = { usdt: Exact.of(options.startUsdt) };
  const books: OracleBook[] = [];
  const freeUsdt = (): Exact => books.reduce((free, book) => free.minus(book.boundUsdt()), cash.usdt);
  for (const instrument of instruments) books.push(new OracleBook(instrument, options, cash, freeUsdt));
  return steps.map(({ instrument, settlements, sent, bar }) => {
    for (const each of sent) books["order" in each ? each.order.instrument : each.instrument]?.send(each);
    const book = books[instrument] as OracleBook;
    for (const settlement of settlements) book.settle(settlement);
    const said = book.live(bar);
    // Each instrument is valued at its last close.
    const profit = books.reduce((sum, { holding, bar: { close } }) => sum.plus(holding.profitUsdt(close)), Exact.ZERO);
    return { said, walletUsdt: cash.usdt.toNumber(), equityUsdt: cash.usdt.plus(profit).toNumber() };
  });
};
