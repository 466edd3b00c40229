import { signalModule } from "../models/signal/signalModule.ts";

/** Follows the close away from the middle of its last 30 (`ownFeature.ts`), a σ of half an hour or more, and waits otherwise. */
export default signalModule(() => ({
  name: "away",
  warmUpBars: 0,
  onGap: "keep",
  features: ["mid_distance_30"],
  init: () => null,
  decide: (_state, _bar, out, { known, x: [distance = 0] }) => {
    if (!known || Math.abs(distance) < 1) return;
    out.pLong = distance > 0 ? 0.9 : 0;
    out.pShort = distance < 0 ? 0.9 : 0;
    out.pNeutral = 0.1;
  },
}));
