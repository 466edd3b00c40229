import type { PositionView, Proposals } from "./positionModule.ts";

/** Whether the exchange takes an entry of this size at the close. */
export const isTradable = ({ bar, instrument }: PositionView, qtyLots: number): boolean =>
  qtyLots >= instrument.minQtyLots && qtyLots * instrument.lotSize * bar.close >= instrument.minNotionalUsdt;

/**
 * Whole lots of what is wanted, at most those there is room for; 0, with the reason told, where the exchange takes no order as small as
 * what is wanted: that is a reason to wait, not to ask.
 */
export const tradableLots = (view: PositionView, wantedLots: number, roomLots: number, propose: Proposals): number => {
  const qtyLots = Math.min(Math.floor(wantedLots), roomLots);
  if (isTradable(view, qtyLots)) return qtyLots;
  const { bar, instrument } = view;
  const usdt = instrument.lotSize * bar.close;
  // Without room `maxQtyLots` has said why.
  if (roomLots > 0)
    propose.wait("sized below the smallest order", wantedLots * usdt, Math.max(instrument.minNotionalUsdt, instrument.minQtyLots * usdt));
  return 0;
};
