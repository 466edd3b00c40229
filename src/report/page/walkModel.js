// @ts-check
/** What a walk-forward's page draws from (`walkForwardPage.ts` writes it). */

/** @typedef {{ name: string, stepsLater: number, value: number, interval: readonly [number, number] }} Age */
/** @typedef {{ group: string, columns: number, value: number, interval: readonly [number, number] }} Carried */
/** @typedef {{ said: number, realised: number, interval: readonly [number, number], rows: number }} CurvePoint */
/**
 * @typedef {object} WalkModel
 * @property {readonly { name: string, testFromMs: number, ic: readonly (number | null)[] }[]} folds
 * @property {readonly (number | null)[]} foldReturns
 * @property {readonly string[]} lines names of the correlations of a fold
 * @property {readonly { name: string, points: readonly (readonly [number, number])[] }[]} equity
 * @property {readonly { name: string, points: readonly CurvePoint[] }[]} curves
 * @property {readonly Age[]} decay
 * @property {readonly Carried[]} carries
 */

/** @type {() => WalkModel} */
export const readWalk = () => JSON.parse(document.getElementById("walk-data")?.textContent ?? "null");
