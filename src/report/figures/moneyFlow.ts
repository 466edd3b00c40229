import type { RunSummary } from "../../record/runRecord.ts";

/** A bar of the waterfall: it runs from `fromUsdt` to `toUsdt`. */
interface MoneyStep {
  readonly name: string;
  readonly kind: "total" | "cost";
  /** What the step adds to the account: costs are negative, funding received is positive. */
  readonly amountUsdt: number;
  readonly fromUsdt: number;
  readonly toUsdt: number;
}

/**
 * Where the money went: gross P&L (what the same fills would have made without fees, funding and slippage), each cost, and
 * the net that is left, end minus start equity. Gross = net + fees + funding + slippage.
 */
export const moneyFlow = (summary: RunSummary): readonly MoneyStep[] => {
  const netUsdt = summary.equityEndUsdt - summary.equityStartUsdt;
  const grossUsdt = netUsdt + summary.feesUsdt + summary.fundingUsdt + summary.slippageUsdt;
  let levelUsdt = grossUsdt;
  const cost = (name: string, paidUsdt: number): MoneyStep => {
    const fromUsdt = levelUsdt;
    levelUsdt -= paidUsdt;
    return { name, kind: "cost", amountUsdt: 0 - paidUsdt, fromUsdt, toUsdt: levelUsdt };
  };
  return [
    { name: "Gross", kind: "total", amountUsdt: grossUsdt, fromUsdt: 0, toUsdt: grossUsdt },
    cost("Fees", summary.feesUsdt),
    cost("Funding", summary.fundingUsdt),
    cost("Slippage", summary.slippageUsdt),
    { name: "Net", kind: "total", amountUsdt: netUsdt, fromUsdt: 0, toUsdt: netUsdt },
  ];
};
