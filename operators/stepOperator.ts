import { Observable, Subscriber } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { Emit, Item, ItemOf } from "../src/domain/item.ts";
import type { Kind } from "../src/domain/kind.ts";
import { KIND_COUNT, KIND_NAMES } from "../src/domain/kind.ts";
import { InvariantError } from "../src/domain/units.ts";

/**
 * One handler per kind of item that the operator cares about; everything else flows past it at no cost. What it returns counts
 * with `passing: "filter"` only. Make the object once, outside the operator's function: the generated chain is kept by it.
 */
export type StepHandlers<S> = { readonly [K in Kind]?: (state: S, item: ItemOf<K>, emit: Emit) => unknown };

export interface StepOptions<S> {
  /**
   * By default an item is passed on first and then handed to its handler, whose emissions follow directly behind it.
   * With `passing: "filter"` the handler is asked first, what it emits stands before the item, and the item passes if it
   * returns `true`. With `passing: "handler"` the handler of a kind passes its item on itself (or holds or drops it). With
   * `passing: "none"` the line ends here: nothing is passed on, and kinds without a handler cost nothing.
   */
  readonly passing?: Passing;
  /** Kinds that pass in another way than the rest. */
  readonly passingOf?: { readonly [K in Kind]?: Passing };
  /** The kinds that its handlers emit; another one is an error. Absent: any. The fewer, the shorter the way to the next step. */
  readonly emits?: readonly Kind[];
  /** Called once when the source completes, before completion is passed on. */
  readonly flush?: (state: S, emit: Emit) => void;
}

type Passing = "first" | "filter" | "handler" | "none";

interface Step {
  readonly name: string;
  readonly init: () => unknown;
  readonly handlers: StepHandlers<never>;
  readonly passing: Passing;
  readonly passingOf: { readonly [K in Kind]?: Passing };
  readonly emits: readonly Kind[] | undefined;
  readonly flush: ((state: never, emit: Emit) => void) | undefined;
}

/** An error inside an operator, with the operator's name and the `seq` of the item it was handling. */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly operator: string;
  readonly seq: number;
  constructor(operator: string, seq: number, cause: unknown) {
    super(`${operator} at seq ${seq}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.operator = operator;
    this.seq = seq;
  }
}

/**
 * Wraps a plain step machine as an RxJS operator: the only place that constructs an Observable for operators.
 *
 * State is fresh per subscription. Consecutive step operators are fused into one observer: applied to a `StepObservable`
 * an operator joins its chain instead of subscribing to it, and each item is routed by kind straight to the next step
 * that handles it. The notation stays `pipe(a, b, c)`; the cost falls from one subscriber per operator to one call per
 * handler (bench/README.md). Errors become `StepError` and end the line.
 */
export const stepOperator =
  <S>(name: string, init: () => S, handlers: StepHandlers<S>, options: StepOptions<S> = {}): OperatorFunction<Item, Item> =>
  (source) => {
    const step: Step = {
      name,
      init,
      handlers,
      passing: options.passing ?? "first",
      passingOf: options.passingOf ?? {},
      emits: options.emits,
      flush: options.flush,
    };
    return source instanceof StepObservable
      ? new StepObservable(source.origin, [...source.steps, step])
      : new StepObservable(source, [step]);
  };

class StepObservable extends Observable<Item> {
  readonly origin: Observable<Item>;
  readonly steps: readonly Step[];

  constructor(origin: Observable<Item>, steps: readonly Step[]) {
    super((destination) => origin.subscribe(new StepSubscriber(destination, steps)));
    this.origin = origin;
    this.steps = steps;
  }
}

/** Lines that are subscribed; one that is dropped without an end must not be kept alive by being looked at. */
const lines = new Set<WeakRef<StepSubscriber>>();
const dropped = new FinalizationRegistry<WeakRef<StepSubscriber>>((line) => lines.delete(line));

/** `seq` of the item that a step is handling now; −1: no step is running. The watchdog reads it while a step does not return. */
export const workingSeq = (): number => {
  for (const kept of lines) {
    const line = kept.deref();
    if (line?.isWorking === true) return line.seq;
  }
  return -1;
};

class StepSubscriber extends Subscriber<Item> {
  private readonly downstream: Subscriber<Item>;
  private readonly steps: readonly Step[];
  private readonly states: readonly unknown[];
  private readonly shelf: Shelf;
  private readonly chain: Chain;
  /** Calls in the chain. A subscriber that unsubscribes during a call (`take`) is removed when the call returns. */
  private calls = 0;

  constructor(destination: Subscriber<Item>, steps: readonly Step[]) {
    super(destination);
    this.downstream = destination;
    this.steps = steps;
    this.states = steps.map(initialised);
    this.shelf = shelfFor(steps);
    this.chain = this.shelf.chains.pop() ?? compiled(this.shelf);
    this.chain.begin(this.states, (item) => {
      destination.next(item);
    });
    const kept = new WeakRef<StepSubscriber>(this);
    lines.add(kept);
    dropped.register(this, kept);
    this.add(() => {
      lines.delete(kept);
      this.#left();
    });
  }

  get isWorking(): boolean {
    return this.calls > 0;
  }

  /** Of the item that is in the chain. */
  get seq(): number {
    return this.chain.where().seq;
  }

  override next(item: Item): void {
    if (this.closed) return;
    this.calls += 1;
    try {
      this.chain.enter(item);
    } catch (error) {
      this.#fail(error);
    }
    this.calls -= 1;
    this.#left();
  }

  override complete(): void {
    if (this.closed) return;
    this.calls += 1;
    try {
      for (const [i, step] of this.steps.entries()) {
        this.chain.stand(i);
        step.flush?.(this.states[i] as never, this.chain.emits[i] as Emit);
      }
      super.complete();
    } catch (error) {
      this.#fail(error);
    }
    this.calls -= 1;
    this.#left();
  }

  /** Drops the states of this subscription and keeps the chain for the next one. */
  #left(): void {
    if (!this.closed || this.calls > 0) return;
    this.chain.begin([], () => undefined);
    if (this.shelf.chains.length < CHAINS_KEPT) this.shelf.chains.push(this.chain);
  }

  /** An error, with the step that was at work. */
  #fail(error: unknown): void {
    const { at, seq } = this.chain.where();
    this.downstream.error(wrapped(this.steps[at]?.name, seq, error));
    this.unsubscribe();
  }
}

const initialised = (step: Step): unknown => {
  try {
    return step.init();
  } catch (error) {
    throw wrapped(step.name, -1, error);
  }
};

/** Kinds that a step handles, ascending. */
const handledKinds = (step: Step): number[] =>
  Array.from({ length: KIND_COUNT }, (_, kind) => kind).filter((kind) => step.handlers[kind as Kind] !== undefined);

/** Generated code for a run of steps. It serves one subscription at a time. */
interface Chain {
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
interface Shelf {
  readonly text: string;
  readonly handlers: readonly unknown[];
  readonly chains: Chain[];
}

/** By text; steps of the same shape with other handlers take the place of those before, so it is bounded by the program. */
const shelves = new Map<string, Shelf>();
const CHAINS_KEPT = 4;

const shelfFor = (steps: readonly Step[]): Shelf => {
  const text = chainText(steps);
  const handlers = steps.map((step) => step.handlers);
  let shelf = shelves.get(text);
  if (shelf?.handlers.every((each, i) => each === handlers[i]) !== true) {
    shelf = { text, handlers, chains: [] };
    shelves.set(text, shelf);
  }
  return shelf;
};

const compiled = ({ text, handlers }: Shelf): Chain =>
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see chainText
  (new Function("handlers", "undeclared", text) as (...parts: unknown[]) => Chain)(handlers, undeclared);

const undeclared = (item: Item): never => {
  throw new InvariantError(`emits ${KIND_NAMES[item.kind]}, which it does not declare`);
};

/** An error of the subscriber behind the chain is not wrapped: it is not the chain's. */
const wrapped = (name: string | undefined, seq: number, error: unknown): unknown =>
  name === undefined || error instanceof StepError ? error : new StepError(name, seq, error);
