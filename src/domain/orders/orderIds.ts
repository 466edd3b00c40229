import { InvariantError } from "../units.ts";

const TAG_LENGTH_MAX = 15;

/**
 * Start of a plan's id for a symbol. Characters that a client order id of Binance does not allow, and the `/` that ends a scope, become their
 * code point. A plan's id is `<tag>-<second>-<count>`, the count of risk's own plans begins with `r`.
 */
export const planTagOf = (symbol: string): string =>
  symbol.replaceAll(/[^.A-Z:a-z0-9_-]/gu, (character) => (character.codePointAt(0) ?? 0).toString(36)).slice(0, TAG_LENGTH_MAX);

/** Whose orders they are: two letters or digits of the account, three of the run. Both "" in a backtest. */
export interface IdScope {
  readonly account: string;
  readonly run: string;
}
export const NO_SCOPE: IdScope = { account: "", run: "" };

/** Throws `InvariantError` unless the lengths are two and three. */
export const idScope = (account: string, run: string): IdScope => {
  if (!/^[0-9A-Za-z]{2}$/.test(account) || !/^[0-9A-Za-z]{3}$/.test(run))
    throw new InvariantError(`client order ids need two letters or digits of an account and three of a run: "${account}", "${run}"`);
  return { account, run };
};

/** What an order is in its plan: the plan's own order, or what protects. */
export type Leg = "main" | "stop" | "target" | "bridge";
export interface OrderName {
  readonly planId: string;
  readonly leg: Leg;
  /** An exit that is larger than one market order goes on as slice 2, 3, …; 1 of all others. */
  readonly slice: number;
  /**
   * Protection that is made anew, because the position closed while the entry filled on, is attempt 2, 3, …: a late cancel of the first
   * cannot take it.
   */
  readonly attempt: number;
}

const LETTERS: Readonly<Record<Exclude<Leg, "main">, string>> = { stop: "s", target: "t", bridge: "b" };
const LEGS: Readonly<Record<string, Leg>> = { s: "stop", t: "target", b: "bridge" };

/**
 * The client order id: a function of account, run, plan, leg, slice and attempt alone, so that it is the same on every retry and restart.
 * Without a scope it is the plan's id and the leg's suffix; with one the plan's second is written short, so that all of it has at most 36
 * characters.
 */
export const clientOrderIdOf = (scope: IdScope, { planId, leg = "main", slice = 1, attempt = 1 }: NameOf): string =>
  scopedPlan(scope, planId) + suffixOf(leg, leg === "main" ? slice : attempt);
type NameOf = Pick<OrderName, "planId"> & Partial<OrderName>;

/** Ids of an entry's stop and target, made of the entry's own. */
export const stopIdOf = (entryId: string, attempt = 1): string => entryId + suffixOf("stop", attempt);
export const targetIdOf = (entryId: string, attempt = 1): string => entryId + suffixOf("target", attempt);

const suffixOf = (leg: Leg, time: number): string => {
  if (leg === "main") return time > 1 ? `.${time}` : "";
  return `.${LETTERS[leg]}${time > 1 ? time : ""}`;
};

const scopedPlan = ({ account, run }: IdScope, planId: string): string => {
  if (account === "") return planId;
  const parts = /^(.*)-(\d+)-(r?\d+)$/.exec(planId);
  if (parts === null) throw new InvariantError(`plan id ${planId} is not <tag>-<second>-<count>`);
  const [, tag = "", second, count = ""] = parts;
  return `${account}${run}/${tag}-${Number(second).toString(36).padStart(6, "0")}${count}`;
};

/** What an order is in its plan, by its id. */
export const legOf = (clientOrderId: string): Leg => {
  const dot = clientOrderId.lastIndexOf(".");
  // A symbol may have one too, before the second of the plan.
  return dot < 0 || clientOrderId.includes("-", dot) ? "main" : (LEGS[clientOrderId.charAt(dot + 1)] ?? "main");
};

/** Reads a client order id that `clientOrderIdOf` made. */
export const nameOf = (clientOrderId: string): OrderName & IdScope => {
  const scoped = /^([0-9A-Za-z]{2})([0-9A-Za-z]{3})\/(.*)-([0-9a-z]{6})(r?\d+)(?:\.[stb]?\d*)?$/.exec(clientOrderId);
  const suffix = /\.(?:([stb])(\d*)|(\d+))$/.exec(clientOrderId);
  const [all = "", letter, attempt = "", slice = ""] = suffix ?? [];
  const bare = clientOrderId.slice(0, clientOrderId.length - all.length);
  const [, account = "", run = "", tag = "", second = "", count = ""] = scoped ?? [];
  return {
    account,
    run,
    planId: scoped === null ? bare : `${tag}-${parseInt(second, 36)}-${count}`,
    leg: letter === undefined ? "main" : (LEGS[letter] as Leg),
    slice: Number(slice) || 1,
    attempt: Number(attempt) || 1,
  };
};

/** The id without account and run, as decision hashes have it: the name of a run must not change a hash. */
export const unscopedId = (clientOrderId: string): string =>
  clientOrderId.includes("/") ? clientOrderIdOf(NO_SCOPE, nameOf(clientOrderId)) : clientOrderId;
