import { InvariantError } from "../../../domain/units.ts";

/** Rows of a CSV text (RFC 4180) by the names of its header; a row of another width is an `InvariantError`. */
export const csvRecords = (text: string): Readonly<Record<string, string>>[] => {
  const [header = [], ...rows] = csvRows(text);
  return rows.map((row, index) => {
    if (row.length !== header.length) throw new InvariantError(`row ${index + 1} has ${row.length} cells, its header ${header.length}`);
    return Object.fromEntries(header.map((name, column) => [name, row[column] ?? ""]));
  });
};

const csvRows = (text: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  // A cell with what ends it: a comma, a line's end, or the text's.
  for (const [, quotedCell, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === "" && row.length === 0 && quotedCell === undefined && plain === "") break;
    row.push(quotedCell?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
};
