// @ts-check
/** What a sweep's page draws from (`sweepPage.ts` writes it). */

/** @typedef {{ key: string, values: readonly string[] }} SweptKey */
/** @typedef {{ at: readonly number[], figures: readonly (number | null)[] }} SweepRun */
/** @typedef {{ keys: readonly SweptKey[], figures: readonly { id: string, label: string }[], runs: readonly SweepRun[] }} SweepModel */

/** @type {() => SweepModel} */
export const readSweep = () => JSON.parse(document.getElementById("sweep-data")?.textContent ?? "null");
