import { InvariantError, UserError } from "../../domain/units.ts";
import { reasonOf } from "../duck/readFailure.ts";

/** What DuckDB calls an error: `IO Error: …`, `Invalid Input Error: …`; its Parquet reader throws some under a name of their own. */
const DUCKDB = /^(?:[A-Z][A-Za-z-]*(?: [A-Z][A-Za-z]*)* Error|TProtocolException): /;

/**
 * Runs a step of writing a Parquet file. What the system or DuckDB refuses, a part that can no longer be read among it, is a `UserError`
 * that names the file as `shownAs`.
 */
export const writingParquet = async <T>(shownAs: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    if (error instanceof UserError || error instanceof InvariantError) throw error;
    const said = reasonOf(error);
    if (!DUCKDB.test(said) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new UserError(
      `cannot write ${shownAs}: ${said}; free some space or choose a folder on another disk with --out. Nothing was changed there`,
    );
  }
};
