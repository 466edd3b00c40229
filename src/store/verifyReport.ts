import { UserError } from "../domain/units.ts";

/** Options of a check of a store. */
export interface VerifyOptions {
  /** Absent: all. */
  readonly symbols?: readonly string[] | undefined;
  /** Takes in what is there without a hash, and leaves out what is gone. */
  readonly adopt: boolean;
  readonly signal: AbortSignal;
  /** Files, tables or landed files looked at, of those there are. */
  readonly onProgress: (done: number, total: number) => void;
}

/** What a check found. */
export interface VerifyReport {
  /** Files whose bytes were compared, or tables of a server that were looked at. */
  checked: number;
  /** Files without a hash; all of them could be read. */
  unhashed: number;
  /** Files that were taken in, and names that were taken off the lists. */
  adopted: number;
  forgotten: number;
  /** One line each: the place, what is wrong with it, the remedy. */
  readonly faults: string[];
}

export const emptyReport = (): VerifyReport => ({ checked: 0, unhashed: 0, adopted: 0, forgotten: 0, faults: [] });

/** What `work` gives; a `UserError` becomes a fault of the report. */
export const noted = async <T>(report: VerifyReport, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report.faults.push(error.message);
    return undefined;
  }
};
