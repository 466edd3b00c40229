import { signalModule } from "../../models/signal/signalModule.ts";
import type { SignalOutput } from "../../models/signal/signalModule.ts";
import type { BarView } from "../../src/domain/kline.ts";
import type { Instrument } from "../../src/domain/instrument.ts";

interface State {
  readonly instrument: Instrument;
  /** Bars and outputs as they were shown. */
  readonly bars: BarView[];
  last: SignalOutput | null;
  readonly counts: Map<number, number>;
  readonly ring: Float64Array;
}

/** Keeps whatever it is shown, in the state: that is allowed. */
export default signalModule<State>(() => ({
  name: "keepsItAll",
  warmUpBars: 30,
  onGap: "keep",
  init: (instrument) => ({ instrument, bars: [], last: null, counts: new Map(), ring: new Float64Array(16).subarray(4) }),
  decide: (state, bar, out) => {
    const { bars, counts, ring, instrument } = state;
    bars.push(bar);
    if (bars.length > 30) bars.shift();
    const minute = (bar.openTimeMs / 60_000) % 60;
    counts.set(minute, (counts.get(minute) ?? 0) + 1);
    ring[minute % ring.length]! += bar.close / instrument.tickSize;
    const before = bars[0]?.close ?? bar.close;
    const lean = (counts.get(minute) as number) % 2 === 0 || (ring[3] as number) > (ring[5] as number);
    out.pLong = bar.close > before && lean ? 0.9 : 0;
    out.pShort = 0.9 - out.pLong;
    out.pNeutral = 0.1;
    state.last = out;
  },
}));
