import type { OperatorFunction } from "rxjs";
import { stepOperator } from "../operators/stepOperator.ts";
import type { AccountState, Intent } from "../src/domain/derived.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { OwnOrders } from "../src/domain/orders/ownOrder.ts";
import { answered, enterPlan, filled, ownOrders, tradeOver } from "../src/domain/orders/ownOrders.ts";
import { approve } from "../src/risk/approval.ts";

/** Our orders take an item as the `account` operator lets them; `lots`, by instrument: what a fill meets. */
export const bookOrders = (orders: readonly OwnOrders[], item: Item, lots: readonly number[]): void => {
  if (item.kind === Kind.barrier) return;
  const own = orders[item.instrument];
  if (own === undefined) return;
  switch (item.kind) {
    case Kind.orderAccepted:
    case Kind.orderRejected:
    case Kind.orderUnknown:
    case Kind.orderCanceled:
    case Kind.orderExpired:
      answered(own, item);
      return;
    case Kind.fill:
      filled(own, item, lots[item.instrument] ?? 0);
      return;
    case Kind.tradeClosed:
      tradeOver(own, item.direction);
      return;
    default:
  }
};

interface State {
  readonly orders: readonly OwnOrders[];
  readonly lots: number[];
}
const book = ({ orders, lots }: State, item: Item): true => {
  bookOrders(orders, item, lots);
  return true;
};

/** Keeps our orders as `account` would and puts them into the account states that a test made, which say what is held. */
export const withOrders = (instruments: readonly Instrument[]): OperatorFunction<Item, Item> =>
  stepOperator<State>(
    "withOrders",
    () => ({ orders: instruments.map((each) => ownOrders(each)), lots: instruments.map(() => 0) }),
    {
      [Kind.accountState]: ({ orders, lots }, account, emit) => {
        for (const { instrument, positionLots } of account.positions) lots[instrument] = positionLots;
        emit({ ...account, orders });
        return false;
      },
      [Kind.orderAccepted]: book,
      [Kind.orderRejected]: book,
      [Kind.orderUnknown]: book,
      [Kind.orderCanceled]: book,
      [Kind.orderExpired]: book,
      [Kind.fill]: book,
      [Kind.tradeClosed]: book,
    },
    { passing: "filter" },
  );

/** A gate that lets every intent pass, but those that `refuses` names. */
export const passingGate = (refuses: (intent: Intent) => boolean = () => false): OperatorFunction<Item, Item> =>
  stepOperator<{ account: AccountState | null }>("gate", () => ({ account: null }), {
    [Kind.accountState]: (state, account) => {
      state.account = account;
    },
    [Kind.intent]: ({ account }, intent, emit) => {
      if (refuses(intent)) return;
      emit(approve(intent, enterPlan(account?.orders[intent.instrument] ?? ownOrders({ maxMarketQtyLots: 0 }), intent, intent.worstTicks)));
    },
  });
