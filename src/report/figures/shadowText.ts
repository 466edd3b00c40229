import { formatUtc } from "../../domain/time.ts";
import type { ShadowResult } from "../../record/shadowRecord.ts";
import { counted, decimal } from "../page/format.js";

/** What came of a challenger, in one sentence without a full stop. */
export const shadowText = (result: ShadowResult): string => {
  const { challenger, champion, layer, days, promotedMs, promotedDays, rolledBackMs, actedOut } = result;
  const who = `${challenger} against ${champion}`;
  if (days === 0) return `${who}: no judged bar has a known label`;
  const means =
    layer === "signal"
      ? `a judged bar earned ${basisPoints(result.challengerScore)} bp, the champion's ${basisPoints(result.championScore)}; it acted at ${share(result.acted, result.bars)} of them, the champion at ${share(result.championActed, result.bars)}`
      : `${decimal(result.challengerScore - result.championScore, 4)} nats a judged bar better than the champion`;
  if (promotedMs === null || promotedDays === null)
    return `${who}: not promoted, ${eText(result)} of ${decimal(result.needed)} needed after ${counted(days, "day")}; ${means}`;
  const verb = actedOut ? "was" : "would have been";
  const back =
    rolledBackMs === null
      ? ""
      : `, and ${actedOut ? "rolled" : "would have been rolled"} back on ${dayOf(rolledBackMs)} (e ${decimal(result.eRollBack, 1)})`;
  return `${who}: ${verb} promoted on ${dayOf(promotedMs)} (${eText(result)}, ${counted(promotedDays, "day")})${back}; ${means}`;
};

const eText = ({ eChampion, eNothing }: ShadowResult): string =>
  `e ${decimal(eChampion, 1)}${Number.isNaN(eNothing) ? "" : ` against it and ${decimal(eNothing, 1)} against nothing`}`;
const dayOf = (timeMs: number): string => formatUtc(timeMs).slice(0, 10);
const basisPoints = (score: number): string => decimal(score * 1e4, 2);
const share = (part: number, whole: number): string => `${decimal((100 * part) / whole, 1)} %`;
