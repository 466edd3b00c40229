import { signalModule } from "../../../models/signal/signalModule.ts";

/** Wrong on purpose: a class that is made while the line runs, which a restart would not know. */
class Phase {
  readonly fromMs: number;
  constructor(fromMs: number) {
    this.fromMs = fromMs;
  }
}

export default signalModule<{ phase: Phase | null }>(() => ({
  name: "later",
  warmUpBars: 0,
  onGap: "keep",
  init: () => ({ phase: null }),
  decide: (state, bar, out) => {
    if (state.phase === null || bar.openTimeMs - state.phase.fromMs > 1_800_000) state.phase = new Phase(bar.openTimeMs);
    out.pLong = state.phase.fromMs % 3_600_000 === 0 ? 0.9 : 0;
    out.pShort = 0.9 - out.pLong;
    out.pNeutral = 0.1;
  },
}));
