import { qtyToLots } from "../../src/domain/instrument.ts";
import { NO_BRACKET } from "../../src/domain/order.ts";
import { knownOptions, numberOption } from "../options.ts";
import { positionModule } from "./positionModule.ts";

/**
 * Follows the signal with a fixed quantity and no protection: LONG wants +qty, SHORT −qty, NEUTRAL keeps. A wish against
 * the position is one exit and one entry, both at the next open. Options: `qty` (base units).
 */
export default positionModule((options) => {
  knownOptions("position.options", options, ["qty"]);
  const qty = numberOption("position.options", options, "qty", { default: 0.01, above: 0, max: 1e9 });
  return {
    name: "follow",
    enterProbability: 0.5,
    init: (instrument) => ({ qtyLots: qtyToLots(instrument, qty) }),
    decide: ({ qtyLots }, view, propose) => {
      const { signal, position } = view;
      const wanted = signal.pLong > 0.5 ? 1 : signal.pShort > 0.5 ? -1 : 0;
      if (wanted === 0 || position.positionLots * wanted > 0 || view.entryPending) return;
      if (position.positionLots !== 0 && !view.exitPending) propose.exit("signal");
      propose.enter({
        direction: wanted,
        qtyLots,
        bracket: NO_BRACKET,
        worstTicks: Math.ceil(view.bar.close / view.instrument.tickSize),
        leverage: 1,
      });
    },
  };
});
