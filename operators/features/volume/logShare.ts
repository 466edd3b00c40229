/** Keeps the log of a bar without trades finite: a hundredth of the baseline. */
const FLOOR = 0.01;

/** ln(part / whole + 0.01), the compressed ratio of a volume or count to its baseline; 0 while there is no baseline. */
export const logShare = (part: number, whole: number): number => (whole > 0 ? Math.log(part / whole + FLOOR) : 0);
