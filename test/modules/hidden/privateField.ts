import { positionModule } from "../../../models/position/positionModule.ts";

/** Wrong on purpose: nobody but the class can read what it counts. */
class Counter {
  #bars = 0;
  next(): number {
    return (this.#bars += 1);
  }
}

export default positionModule<Counter>(() => ({
  name: "privateField",
  init: () => new Counter(),
  decide: (counter, { bar, position, instrument, entryPending }, propose) => {
    const bars = counter.next();
    if (position.positionLots !== 0) {
      if (bars % 7 === 0) propose.exit("time");
    } else if (bars % 11 === 0 && !entryPending)
      propose.enter({
        direction: 1,
        qtyLots: 20,
        leverage: 2,
        bracket: { stopFraction: 0.004, targetFraction: 0.01 },
        worstTicks: Math.ceil((bar.close / instrument.tickSize) * 1.002),
      });
  },
}));
