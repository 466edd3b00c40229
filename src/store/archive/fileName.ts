import { DAY_MS, UserError } from "../../domain/units.ts";

/** The span that an archive file's name promises, end exclusive. */
export interface FilePeriod {
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const PERIOD = /-(\d{4})-(\d{2})(?:-(\d{2}))?\.(?:zip|csv)$/;

/** `BTCUSDT-1m-2023-03.zip` → March 2023; `BTCUSDT-1m-2023-03-05.zip` → that day. */
export const periodOfFile = (file: string): FilePeriod => {
  const match = PERIOD.exec(file);
  const [, year = "", month = "", day] = match ?? [];
  const fromMs = Date.UTC(Number(year), Number(month) - 1, day === undefined ? 1 : Number(day));
  if (match === null || Number(month) < 1 || Number(month) > 12 || new Date(fromMs).getUTCMonth() !== Number(month) - 1)
    throw new UserError(
      `${file} is not named like a file of the archive (SYMBOL-1m-2023-03.zip or SYMBOL-1m-2023-03-05.zip): give it its name back`,
    );
  const toMs = day === undefined ? Date.UTC(Number(year), Number(month)) : fromMs + DAY_MS;
  return { label: day === undefined ? `${year}-${month}` : `${year}-${month}-${day}`, fromMs, toMs };
};
