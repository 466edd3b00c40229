import { crc32 } from "node:zlib";
import type { Trial } from "./trial.ts";
import { TRIAL_KINDS } from "./trial.ts";

/** Of a line. The first had no number, kind and daily returns. */
export const LINE_FORMAT = 2;

/** A trial as JSON whose last member is the checksum of what stands before it. */
export const lineOf = (trial: Trial): string => {
  const json = JSON.stringify({ format: LINE_FORMAT, ...trial });
  return `${json.slice(0, -1)},"crc32":"${checksum(json)}"}`;
};

/** False: the line has lost its checksum, or has one that is not its own. Earlier versions wrote none, and knew no modules. */
export const isAsWritten = (line: string): boolean => {
  const [, before, sum] = /^(.*),"crc32":"([0-9a-f]*)"\}$/s.exec(line) ?? [];
  return before === undefined ? !line.includes('"modules":') : checksum(`${before}}`) === sum;
};

const checksum = (json: string): string => crc32(json).toString(16).padStart(8, "0");

/**
 * The trial of a line, undefined where it is none, or the number of its format where only a newer version knows it. Lines of earlier
 * versions know no kind, modules and members.
 */
export const trialOf = (line: string): Trial | number | undefined => {
  let value: (Partial<Trial> & { readonly format?: unknown; readonly crc32?: unknown }) | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (typeof value.format === "number" && value.format > LINE_FORMAT) return value.format;
  const { format: _format, crc32: _crc32, ...known } = { kind: "sweep", modules: {}, models: {}, ...value };
  const whole =
    typeof value.configSha256 === "string" &&
    typeof value.dataSha256 === "string" &&
    (value.sharpePerDay === null || typeof value.sharpePerDay === "number") &&
    (TRIAL_KINDS as readonly string[]).includes(known.kind) &&
    (value.dailyReturns === undefined || typeof value.dailyReturns === "string");
  return whole ? (known as Trial) : undefined;
};
