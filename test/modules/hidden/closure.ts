import { signalModule } from "../../../models/signal/signalModule.ts";

/** Wrong on purpose: the averages lie in variables of functions. */
const average = (bars: number): ((x: number) => number) => {
  let value = NaN;
  return (x) => (value = Number.isNaN(value) ? x : value + (2 / (bars + 1)) * (x - value));
};

export default signalModule<{ readonly fast: (x: number) => number; readonly slow: (x: number) => number }>(() => ({
  name: "closure",
  warmUpBars: 60,
  onGap: "keep",
  init: () => ({ fast: average(12), slow: average(26) }),
  decide: ({ fast, slow }, { close }, out) => {
    out.pLong = fast(close) > slow(close) ? 0.9 : 0;
    out.pShort = 0.9 - out.pLong;
    out.pNeutral = 0.1;
  },
}));
