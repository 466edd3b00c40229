import type { Lived, Said } from "./scenario.ts";

const NEAR_USDT = 1e-6;

/** A step at which desk and oracle part, in words. */
export interface Difference {
  readonly step: number;
  readonly words: string;
}

/** The first difference between what two venues said and what the account was worth; null: they agree. */
export const differenceOf = (desk: readonly Lived[], oracle: readonly Lived[]): Difference | null => {
  for (const [step, here] of desk.entries()) {
    const there = oracle[step] as Lived;
    const same = here.said.length === there.said.length && here.said.every((said, i) => isSame(said, there.said[i] as Said));
    if (!same) return { step, words: `the desk says\n${listed(here.said)}\nthe oracle says\n${listed(there.said)}` };
    for (const name of ["walletUsdt", "equityUsdt"] as const) {
      if (isNear(here[name], there[name])) continue;
      return { step, words: `${name} at the close: ${here[name]} at the desk, ${there[name]} at the oracle` };
    }
  }
  return null;
};

/** Money to a millionth, which doubles of large accounts cannot hold either. */
const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(NEAR_USDT, Math.abs(b) * 1e-12);

const isSame = (a: Said, b: Said): boolean => {
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  return Object.keys({ ...a, ...b }).every((key) =>
    key.endsWith("Usdt") ? isNear(left[key] as number, right[key] as number) : left[key] === right[key],
  );
};

const saidInWords = (said: Said): string => {
  switch (said.what) {
    case "accepted":
      return `${said.id} accepted`;
    case "rejected":
      return `${said.id} rejected ${said.code}`;
    case "canceled":
      return `${said.id} canceled ${said.lots}`;
    case "expired":
      return `${said.id} expired ${said.lots} ${said.reason}`;
    case "fill":
      return `${said.id} ${said.side} ${said.lots} @ ${said.ticks}${said.maker ? " maker" : ""}, fee ${said.feeUsdt}, slippage ${said.slippageUsdt}`;
    case "funding":
      return `funding ${said.paidUsdt} of ${new Date(said.timeMs).toISOString()}`;
  }
};

const listed = (said: readonly Said[]): string =>
  said.length === 0 ? "  nothing" : said.map((each) => `  ${saidInWords(each)}`).join("\n");
