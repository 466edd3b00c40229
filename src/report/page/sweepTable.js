// @ts-check
/** Sorts the table of a sweep by any column; the rows stand in the page already. */

/** @typedef {import("./sweepModel.js").SweepModel} SweepModel */

/** @type {(model: SweepModel) => void} */
export const mountSweepTable = (model) => {
  const table = document.querySelector("[data-sweep-table]");
  const body = table?.querySelector("tbody");
  if (!table || !body) return;
  const rows = [...body.querySelectorAll("tr")];
  /** What a row is sorted by: keys by their place in the list, runs without a number last.
   * @type {(row: Element, column: string) => number | null} */
  const valueOf = (row, column) => {
    const run = model.runs[Number(/** @type {HTMLElement} */ (row).dataset["run"])];
    const [kind, at] = column.split("-");
    return (kind === "key" ? run?.at[Number(at)] : run?.figures[Number(at)]) ?? null;
  };
  for (const button of table.querySelectorAll("[data-sort]"))
    button.addEventListener("click", () => {
      const heading = /** @type {Element} */ (button.closest("th"));
      const descending = heading.getAttribute("aria-sort") !== "descending";
      const column = /** @type {HTMLElement} */ (button).dataset["sort"] ?? "";
      for (const other of table.querySelectorAll("th")) other.setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      rows.sort((a, b) => {
        const [x, y] = [valueOf(a, column), valueOf(b, column)];
        if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0);
        return descending ? y - x : x - y;
      });
      body.replaceChildren(...rows);
    });
};
