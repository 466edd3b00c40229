/** Rows as lines of aligned columns, two blanks apart; those at the places in `right` (numbers) to the right. Short rows end early. */
export const textTable = (rows: readonly (readonly string[])[], right: readonly number[]): string => {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, c) => Math.max(...rows.map((row) => (row[c] ?? "").length)));
  const cell = (text: string, c: number): string => (right.includes(c) ? text.padStart(widths[c] ?? 0) : text.padEnd(widths[c] ?? 0));
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
};
