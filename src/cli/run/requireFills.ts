import type { RiposteConfig } from "../../../config/schema.ts";
import { UserError } from "../../domain/units.ts";
import type { RunData } from "../data/history.ts";

const NEEDS = {
  bars: "bars",
  trades: "trades",
  book: "trades, a snapshot of the order book and its diffs",
} as const;

/** Throws a `UserError` where the data has not what `venue.fillOn` and `venue.triggerBy` fill by. */
export const requireFills = ({ venue }: RiposteConfig, data: Pick<RunData, "source" | "fillable">): void => {
  const { modes, marks } = data.fillable ?? { modes: ["bars"], marks: false };
  if (!modes.includes(venue.fillOn))
    throw new UserError(
      `venue.fillOn ${venue.fillOn} needs ${NEEDS[venue.fillOn]} of every symbol, and there are none in ${data.source}: replay a capture that has them (--capture FILE), or set venue.fillOn=${modes.at(-1) ?? "bars"}`,
    );
  if (venue.triggerBy === "mark" && !marks)
    throw new UserError(
      `venue.triggerBy mark needs mark prices of every symbol, and there are none in ${data.source}: set venue.triggerBy=last`,
    );
};
