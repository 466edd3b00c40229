import { DAY_MS, UserError } from "../../../domain/units.ts";

/** The span that an archive file's name promises, end exclusive. */
export interface FilePeriod {
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What an archive file's name says. */
interface ArchiveName extends FilePeriod {
  /** In capitals. */
  readonly symbol: string;
  /** `1m` and so on for klines, else the kind: `fundingRate`, `aggTrades`, `metrics`. */
  readonly what: string;
  readonly daily: boolean;
}

/** Browsers and file managers put a number or a word behind the name of a second copy. */
const COPY = "(?:[ _.-]*(?:\\(\\d+\\)|copy|kopie)(?:[ _.-]*\\(?\\d+\\)?)?| \\d{1,2})?";
const NAME = new RegExp(`^(?:([^-/]+)-(\\w+))?-(\\d{4})-(\\d{2})(?:-(\\d{2}))?${COPY}\\.(?:zip|csv)$`, "i");

/** `BTCUSDT-1m-2023-03.zip` → March 2023; `btcusdt-1m-2023-03-05 (1).csv` → that day; undefined for another name. */
export const archiveName = (file: string): ArchiveName | undefined => {
  const match = NAME.exec(file);
  if (match === null) return undefined;
  const [, symbol = "", what = "", year = "", month = "", day] = match;
  const fromMs = Date.UTC(Number(year), Number(month) - 1, day === undefined ? 1 : Number(day));
  if (Number(month) < 1 || Number(month) > 12 || new Date(fromMs).getUTCMonth() !== Number(month) - 1) return undefined;
  const daily = day !== undefined;
  const toMs = daily ? fromMs + DAY_MS : Date.UTC(Number(year), Number(month));
  return { symbol: symbol.toUpperCase(), what, daily, label: daily ? `${year}-${month}-${day}` : `${year}-${month}`, fromMs, toMs };
};

/** The period in the name of an archive file; a name without one is a `UserError`. */
export const periodOfFile = (file: string): FilePeriod => {
  const found = archiveName(file);
  if (found !== undefined) return found;
  throw new UserError(
    `${file} is not named like a file of the archive (SYMBOL-1m-2023-03.zip or SYMBOL-1m-2023-03-05.zip): give it its name back`,
  );
};
