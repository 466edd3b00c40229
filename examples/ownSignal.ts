import { signalModule } from "../models/signal/signalModule.ts";

/**
 * An L3 of one's own on the L2 beside it (`ownPattern.ts`): fades a streak of `closes` closes or more, and waits otherwise. `layers`
 * says what must be ready before it is asked; the run ends with one line if nobody says it.
 */
export default signalModule((options) => {
  const closes = typeof options["closes"] === "number" ? options["closes"] : 8;
  return {
    name: "fade",
    warmUpBars: 0,
    onGap: "keep",
    layers: ["pattern"],
    init: () => null,
    decide: (_state, _bar, out, { pattern }) => {
      const streak = 10 * (pattern.embedding[0] ?? 0);
      const wanted = Math.abs(streak) >= closes ? -Math.sign(streak) : 0;
      out.pLong = wanted > 0 ? 0.9 : 0;
      out.pShort = wanted < 0 ? 0.9 : 0;
      out.pNeutral = wanted === 0 ? 1 : 0.1;
    },
  };
});
