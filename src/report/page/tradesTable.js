// @ts-check
/** The table of trades: a page of rows at a time, sorted and filtered over all of them. */
import { element } from "./elements.js";
import { count, decimal, duration, exact, signed, signedPercent, utcTime } from "./format.js";
import { at } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {{ name: string, kind: string, sortBy: (index: number) => number | string, show: (index: number) => string, tone?: boolean }} Column */

const ROWS = 50;

/** @type {(model: Model) => Column[]} */
const columnsOf = (model) => {
  const { trades } = model;
  /** @type {(index: number) => string} */
  const symbol = (index) => model.symbols[at(trades.symbol, index)] ?? "";
  /** @type {(index: number) => string} */
  const reason = (index) => trades.reasons[at(trades.reason, index)] ?? "";
  /** @type {(index: number) => number} */
  const held = (index) => at(trades.exitTimeMs, index) - at(trades.entryTimeMs, index);
  /** @type {(name: string, kind: string, values: Float64Array, format: (value: number) => string, tone?: boolean) => Column} */
  const numeric = (name, kind, values, format, tone = false) => ({
    name,
    kind,
    sortBy: (index) => at(values, index),
    show: (index) => format(at(values, index)),
    tone,
  });
  /** @type {(index: number, price: number) => string} */
  const price = (index, value) => decimal(value, model.priceDecimals[at(trades.symbol, index)]);
  const qtyDecimals = model.symbols.length > 1 ? null : Math.round(Math.log10(model.qtyDivisor));
  return [
    ...(model.symbols.length > 1 ? [{ name: "Symbol", kind: "", sortBy: symbol, show: symbol }] : []),
    {
      name: "Side",
      kind: "",
      sortBy: (index) => at(trades.direction, index),
      show: (index) => (at(trades.direction, index) > 0 ? "▲ long" : "▼ short"),
    },
    numeric("Entry, UTC", "", trades.entryTimeMs, utcTime),
    { ...numeric("Entry price", "number less", trades.entryPrice, exact), show: (index) => price(index, at(trades.entryPrice, index)) },
    numeric("Exit, UTC", "less", trades.exitTimeMs, utcTime),
    { ...numeric("Exit price", "number less", trades.exitPrice, exact), show: (index) => price(index, at(trades.exitPrice, index)) },
    { name: "Held", kind: "number less", sortBy: held, show: (index) => duration(held(index)) },
    numeric("Quantity", "number less", trades.qty, (value) => (qtyDecimals === null ? exact(value) : decimal(value, qtyDecimals))),
    numeric("P&L, USDT", "number", trades.pnlUsdt, signed, true),
    numeric("Return", "number", trades.netReturn, signedPercent, true),
    numeric("Fees", "number less", trades.feesUsdt, decimal),
    numeric("Funding", "number less", trades.fundingUsdt, decimal),
    { name: "Exit reason", kind: "reason", sortBy: reason, show: reason },
  ];
};

/** Fills the table, its filters and its pager; `onPick` hears which trade was clicked.
 * @type {(model: Model, onPick: (index: number) => void) => void} */
export const mountTrades = (model, onPick) => {
  const table = document.querySelector("[data-trades]");
  const pager = document.querySelector("[data-trade-pager]");
  const filters = document.querySelector("[data-trade-filters]");
  if (table === null || pager === null || filters === null) return;
  const columns = columnsOf(model);
  const state = {
    column: columns.findIndex((column) => column.name.startsWith("Entry,")),
    ascending: true,
    page: 0,
    keep: /** @type {((index: number) => boolean)[]} */ ([]),
  };
  let order = /** @type {number[]} */ ([]);

  const arrange = () => {
    const { sortBy } = /** @type {Column} */ (columns[state.column]);
    const sign = state.ascending ? 1 : -1;
    order = Array.from({ length: model.trades.count }, (_, index) => index)
      .filter((index) => state.keep.every((keep) => keep(index)))
      .sort((a, b) => {
        const [left, right] = [sortBy(a), sortBy(b)];
        return left < right ? -sign : left > right ? sign : a - b;
      });
    state.page = 0;
    draw();
  };
  const draw = () => {
    const shown = order.slice(state.page * ROWS, (state.page + 1) * ROWS);
    table.replaceChildren(headOf(columns, state, arrange), bodyOf(columns, shown, onPick));
    pager.replaceChildren(...pagerOf(order.length, state, draw));
  };
  filters.replaceChildren(
    ...filtersOf(model, (keep) => {
      state.keep = keep;
      arrange();
    }),
  );
  arrange();
};

/** @type {(columns: Column[], state: { column: number, ascending: boolean }, arrange: () => void) => HTMLElement} */
const headOf = (columns, state, arrange) => {
  const row = element("tr");
  columns.forEach((column, index) => {
    const cell = element("th", column.kind);
    const sorted = index === state.column;
    if (sorted) cell.setAttribute("aria-sort", state.ascending ? "ascending" : "descending");
    const button = element("button", "", `${column.name}${sorted ? (state.ascending ? " ↑" : " ↓") : ""}`);
    button.type = "button";
    button.addEventListener("click", () => {
      state.ascending = sorted ? !state.ascending : !column.kind.includes("number");
      state.column = index;
      arrange();
    });
    cell.append(button);
    row.append(cell);
  });
  const head = element("thead");
  head.append(row);
  return head;
};

/** @type {(columns: Column[], indices: number[], onPick: (index: number) => void) => HTMLElement} */
const bodyOf = (columns, indices, onPick) => {
  const body = element("tbody");
  for (const index of indices) {
    const row = element("tr");
    for (const column of columns) {
      const sign = column.tone ? Number(column.sortBy(index)) : 0;
      row.append(element("td", `${column.kind}${sign > 0 ? " profit" : sign < 0 ? " loss" : ""}`, column.show(index)));
    }
    row.tabIndex = 0;
    row.addEventListener("click", () => onPick(index));
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter") onPick(index);
    });
    body.append(row);
  }
  return body;
};

/** @type {(rows: number, state: { page: number }, draw: () => void) => HTMLElement[]} */
const pagerOf = (rows, state, draw) => {
  const pages = Math.max(1, Math.ceil(rows / ROWS));
  /** @type {(text: string, label: string, page: number) => HTMLElement} */
  const button = (text, label, page) => {
    const made = element("button", "", text);
    made.type = "button";
    made.ariaLabel = label;
    made.disabled = page < 0 || page >= pages || page === state.page;
    made.addEventListener("click", () => {
      state.page = page;
      draw();
    });
    return made;
  };
  const first = rows === 0 ? 0 : state.page * ROWS + 1;
  return [
    button("«", "First page", 0),
    button("‹", "Previous page", state.page - 1),
    element("span", "", `${count(first)}–${count(Math.min(rows, (state.page + 1) * ROWS))} of ${count(rows)}`),
    button("›", "Next page", state.page + 1),
    button("»", "Last page", pages - 1),
  ];
};

/** One choice a filter; `changed` hears every condition that a trade must meet. @type {(model: Model, changed: (keep: ((index: number) => boolean)[]) => void) => HTMLElement[]} */
const filtersOf = (model, changed) => {
  const { trades } = model;
  /** @type {(((index: number) => boolean) | undefined)[]} */
  const keeps = [];
  /** @type {(readonly [all: string, names: readonly string[], valueOf: (index: number) => string | undefined])[]} */
  const choices = [
    ["All reasons", trades.reasons, (index) => trades.reasons[at(trades.reason, index)]],
    ["Both sides", ["long", "short"], (index) => (at(trades.direction, index) > 0 ? "long" : "short")],
    ["All results", ["profit", "loss"], (index) => (at(trades.pnlUsdt, index) > 0 ? "profit" : "loss")],
    ["All symbols", model.symbols, (index) => model.symbols[at(trades.symbol, index)]],
  ];
  return choices
    .filter(([, names]) => names.length > 1)
    .map(([all, names, valueOf], position) => {
      const select = element("select");
      select.ariaLabel = all;
      select.append(element("option", "", all), ...names.map((name) => element("option", "", name)));
      select.addEventListener("change", () => {
        const name = names[select.selectedIndex - 1];
        keeps[position] = name === undefined ? undefined : (index) => valueOf(index) === name;
        changed(keeps.filter((keep) => keep !== undefined));
      });
      return select;
    });
};
