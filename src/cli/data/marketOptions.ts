import type { RiposteConfig } from "../../../config/schema.ts";
import { DEFAULT_MARKET, checkedOptions } from "../../../streams/simulatedMarket.ts";
import type { SimulatedMarketOptions } from "../../../streams/simulatedMarket.ts";
import { parseTime } from "../../domain/time.ts";

/** The simulated market that a config asks for. `from` of the run, where given, is also where the market begins. */
export const marketOptions = ({ symbols, from, simulate, line }: RiposteConfig): SimulatedMarketOptions =>
  checkedOptions({
    ...DEFAULT_MARKET,
    symbols,
    seed: simulate.seed,
    fromMs: parseTime(from ?? simulate.from, "from"),
    days: simulate.days,
    edge: simulate.edge === "planted" ? { kind: "planted", strength: simulate.edgeStrength } : simulate.edge,
    gapsPerDay: simulate.gapsPerDay,
    gapMeanMinutes: simulate.gapMeanMinutes,
    zeroVolumeFraction: simulate.zeroVolumeFraction,
    burstEvents: line.burstEvents,
  });
