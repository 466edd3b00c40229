/** Cells of the rows of a file of ours, none of which holds a comma or a quote; null where the first line is not `header`. */
export const csvRows = (text: string, header: string): string[][] | null => {
  const [first, ...lines] = text.split("\n");
  if (first !== header) return null;
  return lines.filter((line) => line !== "").map((line) => line.split(","));
};
