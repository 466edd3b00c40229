import type { YearTarget } from "../../record/runRecord.ts";
import { counted, decimal, NONE, percent, signedPercent } from "../page/format.js";

/** A year's figures beside their targets, in print. */
interface TargetYear {
  /** `2023`, and of a partial year how much there is of it. */
  readonly year: string;
  readonly figures: readonly { readonly name: string; readonly target: string; readonly measured: string; readonly met: string }[];
}

const FIGURES: Readonly<
  Record<
    YearTarget["figure"],
    { readonly name: string; readonly target: (value: number) => string; readonly print: (value: number) => string }
  >
> = {
  sharpe: { name: "Sharpe", target: (value) => `≥ ${decimal(value)}`, print: (value) => decimal(value) },
  maxDrawdown: { name: "drawdown", target: (value) => `≤ ${percent(-value, 1)}`, print: (value) => percent(-value) },
  winRate: { name: "win rate", target: (value) => `≥ ${percent(value, 1)}`, print: (value) => percent(value, 1) },
  totalReturn: { name: "return", target: (value) => `≥ ${percent(value, 1)}`, print: (value) => signedPercent(value) },
};

/** One entry a calendar year, for the text and the page. */
export const targetYears = (targets: readonly YearTarget[]): readonly TargetYear[] =>
  [...new Set(targets.map(({ year }) => year))].map((year) => {
    const rows = targets.filter((row) => row.year === year);
    const [first] = rows as [YearTarget];
    return {
      year: first.partial ? `${year} (${counted(first.days, "day")})` : String(year),
      figures: rows.map(({ figure, target, measured, met }) => {
        const { name, ...texts } = FIGURES[figure];
        return { name, target: texts.target(target), measured: texts.print(measured), met: met === null ? NONE : met ? "met" : "not met" };
      }),
    };
  });
