import { expect, it } from "vitest";
import type { FillModeRow } from "../../record/runRecord.ts";
import { sampleRecord } from "../testing/sampleRecord.ts";
import { summaryText } from "../text.ts";
import { summaryObject } from "../summaryJson.ts";
import { reportPage } from "./reportPage.ts";

const row = (fillOn: FillModeRow["fillOn"], medianFillMs: number): FillModeRow => ({
  fillOn,
  orders: 26,
  missed: 9,
  filledShare: 0.7693,
  makerShare: 0.25,
  fills: 31,
  slippageBps: -0.19,
  takerSlippageBps: 1.004,
  meanFillMs: 1234,
  medianFillMs,
  trades: 2,
  feesUsdt: 12.71,
  netUsdt: -26.16,
  decisionsSha256: "ab",
});

it("a comparison of fills stands in the page, in the text and in the document, and nowhere without one", () => {
  const record = sampleRecord({ trades: 3, days: 2 });
  const compared = { ...record, fillModes: [row("bars", 0), row("book", NaN)] };
  const page = [...reportPage(compared)].join("");
  expect(page).toContain('id="fills-compared"');
  expect(page).toMatch(
    /<th scope="row">book<\/th>\s*<td class="number">26<\/td>\s*<td class="number">9<\/td>\s*<td class="number">76.9%<\/td>/,
  );
  expect(summaryText(compared)).toMatch(/Filled on +bars +26 orders, 9 missed, 76\.9% filled +slippage −0\.19 bp, taken \+1\.00 /);
  expect(summaryObject(compared)["fillModes"]).toEqual([{ ...row("bars", 0) }, { ...row("book", NaN), medianFillMs: null }]);
  expect([...reportPage(record)].join("")).not.toContain("fills-compared");
  expect(summaryText(record)).not.toContain("Filled on");
  expect(summaryObject(record)).not.toHaveProperty("fillModes");
});

it("a comparison without an order says so, and shows no table of zeros", () => {
  const zeros = (["bars", "trades", "book"] as const).map((fillOn) => ({ ...row(fillOn, NaN), orders: 0 }));
  const compared = { ...sampleRecord({ trades: 0, days: 2 }), fillModes: zeros };
  const page = [...reportPage(compared)].join("");
  expect(page).toContain("there is nothing to compare");
  expect(page).not.toContain('<th scope="row">book</th>');
  expect(summaryText(compared)).toMatch(/Filled on +No order was sent in any of these ways,\s+so there is nothing to compare/);
  expect(summaryText(compared)).not.toContain("0 missed");
  const one = { ...compared, fillModes: [...zeros.slice(1), row("bars", 0)] };
  expect(summaryText(one)).toContain("26 orders");
});
