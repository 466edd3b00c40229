import type { Emit, Item, ItemOf } from "../../src/domain/item.ts";
import type { Kind } from "../../src/domain/kind.ts";
import { KIND_COUNT, KIND_NAMES } from "../../src/domain/kind.ts";
import { InvariantError } from "../../src/domain/units.ts";

/**
 * One handler per kind of item that the operator cares about; everything else flows past it at no cost. What it returns counts
 * with `passing: "filter"` only. Make the object once, outside the operator's function: the generated chain is kept by it.
 */
export type StepHandlers<S> = { readonly [K in Kind]?: (state: S, item: ItemOf<K>, emit: Emit) => unknown };

export type Passing = "first" | "filter" | "handler" | "none";

/** A step machine, as `stepOperator` was given it. */
export interface Step {
  readonly name: string;
  readonly init: () => unknown;
  readonly handlers: StepHandlers<never>;
  readonly passing: Passing;
  readonly passingOf: { readonly [K in Kind]?: Passing };
  readonly emits: readonly Kind[] | undefined;
  readonly flush: ((state: never, emit: Emit) => void) | undefined;
}

/** Kinds that a step handles, ascending. */
const handledKinds = (step: Step): number[] =>
  Array.from({ length: KIND_COUNT }, (_, kind) => kind).filter((kind) => step.handlers[kind as Kind] !== undefined);

/** Generated code for a run of steps. It serves one subscription at a time. */
export interface Chain {
  /** Takes the states of a subscription and the way out. */
  readonly begin: (states: readonly unknown[], sink: Emit) => void;
  readonly enter: Emit;
  /** By step. */
  readonly emits: readonly Emit[];
  /** The end has come: step `at` is asked for what it holds. */
  readonly stand: (at: number) => void;
  /** Where an error came from: the step that ran last (−1: the subscriber behind the chain) and the `seq` of its item. */
  readonly where: () => { readonly at: number; readonly seq: number };
}

/**
 * The text of a chain, made of step and kind numbers alone; `sink` gets every item that leaves the last step.
 *
 * A generic dispatcher would see every item shape and every handler at the same call site, where V8 inlines nothing. Generated,
 * each step has call sites of its own; and because a chain's functions exist once, V8 takes handlers and emits for constants
 * and calls them without a check (bench/README.md). For steps 0 … n the code reads
 *
 *     const emit0 = (item) => { switch (item.kind) { case 10: deliver1_10(item); break; … default: sink(item); } at = 0; };
 *     const deliver0_10 = (item) => { deliver1_10(item); at = 0; handler0_10(state0, item, emit0); };
 *
 * `at` says at any time which step is at work: a `try` around every handler would make each twice as long, and V8 inlines by length.
 */
const chainText = (steps: readonly Step[]): string => {
  const lines: string[] = [];
  /** By kind: the call that takes it from here on; kinds without an entry go to `rest`. */
  let routes = new Map<number, string>();
  let rest = "at = -1; sink(item);";
  const wayOf = (kind: number): string => routes.get(kind) ?? rest;
  const dispatch = (cases: Iterable<readonly [number, string]>, otherwise: string): string =>
    `switch (item.kind) { ${[...cases].map(([kind, target]) => `case ${kind}: ${target} break;`).join(" ")} default: ${otherwise} }`;
  for (let i = steps.length - 1; i >= 0; i -= 1) {
    const step = steps[i] as Step;
    // What was held is of another event than the one that frees it.
    const seq = step.passing === "handler" ? "seq = item.seq; " : "";
    const ways = step.emits?.map((kind) => [kind, wayOf(kind)] as const) ?? routes;
    const otherwise = step.emits === undefined ? rest : `undeclared(item);`;
    lines.push(`const emit${i} = (item) => { ${seq}${dispatch(ways, otherwise)} at = ${i}; };`);
    if (step.passing === "none") {
      routes = new Map();
      rest = "";
    }
    for (const kind of handledKinds(step)) {
      const pass = wayOf(kind);
      const take = `at = ${i}; handler${i}_${kind}(state${i}, item, emit${i})`;
      const passing = step.passingOf[kind as Kind] ?? step.passing;
      const body =
        passing === "first"
          ? `${pass} ${take};`
          : passing === "filter"
            ? `at = ${i}; if (handler${i}_${kind}(state${i}, item, emit${i}) === true) { ${pass} }`
            : `${take};`;
      lines.push(`const handler${i}_${kind} = handlers[${i}][${kind}];`, `const deliver${i}_${kind} = (item) => { ${body} };`);
      routes.set(kind, `deliver${i}_${kind}(item);`);
    }
  }
  const states = steps.map((_, i) => `state${i}`);
  return [
    // `var`: a `let` is asked at every use whether it has a value yet.
    `var at = -1, seq = -1, sink, ${states.join(", ")};`,
    ...lines,
    `const begin = (states, way) => { sink = way; [${states.join(", ")}] = states; };`,
    `const enter = (item) => { seq = item.seq; ${dispatch(routes, rest)} };`,
    `return { begin, enter, emits: [${steps.map((_, i) => `emit${i}`).join(", ")}], stand: (step) => { at = step; seq = -1; }, where: () => ({ at, seq }) };`,
  ].join("\n");
};

/** Unused chains: the next subscription of the same steps starts with warm code. */
export class Shelf {
  readonly handlers: readonly unknown[];
  private readonly text: string;
  private readonly chains: Chain[] = [];

  constructor(text: string, handlers: readonly unknown[]) {
    this.text = text;
    this.handlers = handlers;
  }

  take(): Chain {
    return this.chains.pop() ?? this.compiled();
  }

  /** Drops what the chain holds of its subscription. */
  giveBack(chain: Chain): void {
    chain.begin([], () => undefined);
    if (this.chains.length < CHAINS_KEPT) this.chains.push(chain);
  }

  private compiled(): Chain {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see chainText
    return (new Function("handlers", "undeclared", this.text) as (...parts: unknown[]) => Chain)(this.handlers, undeclared);
  }
}

/** By text; steps of the same shape with other handlers take the place of those before, so it is bounded by the program. */
const shelves = new Map<string, Shelf>();
const CHAINS_KEPT = 4;

export const shelfFor = (steps: readonly Step[]): Shelf => {
  const text = chainText(steps);
  const handlers = steps.map((step) => step.handlers);
  let shelf = shelves.get(text);
  if (shelf?.handlers.every((each, i) => each === handlers[i]) !== true) {
    shelf = new Shelf(text, handlers);
    shelves.set(text, shelf);
  }
  return shelf;
};

const undeclared = (item: Item): never => {
  throw new InvariantError(`emits ${KIND_NAMES[item.kind]}, which it does not declare`);
};
