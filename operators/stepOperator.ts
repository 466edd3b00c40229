import { Observable, Subscriber } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { Emit, Item, ItemOf } from "../src/domain/item.ts";
import type { Kind } from "../src/domain/kind.ts";
import { KIND_COUNT } from "../src/domain/kind.ts";

/** One handler per kind of item that the operator cares about; everything else flows past it at no cost. */
export type StepHandlers<S> = { readonly [K in Kind]?: (state: S, item: ItemOf<K>, emit: Emit) => void };

export interface StepOptions<S> {
  /**
   * By default an item is passed on first and then handed to its handler, whose emissions follow directly behind it.
   * With `passing: "handler"` the handler of a kind passes its item on itself (or holds or drops it). With
   * `passing: "none"` the line ends here: nothing is passed on, and kinds without a handler cost nothing.
   */
  readonly passing?: Passing;
  /** Called once when the source completes, before completion is passed on. */
  readonly flush?: (state: S, emit: Emit) => void;
}

type Passing = "first" | "handler" | "none";

interface Step {
  readonly name: string;
  readonly init: () => unknown;
  readonly handlers: StepHandlers<never>;
  readonly passing: Passing;
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
      handlers: handlers,
      passing: options.passing ?? "first",
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
    super((destination) => origin.subscribe(new StepSubscriber(destination, fuse(steps, destination))));
    this.origin = origin;
    this.steps = steps;
  }
}

interface Chain {
  readonly enter: Emit;
  readonly flush: () => void;
}

class StepSubscriber extends Subscriber<Item> {
  private readonly downstream: Subscriber<Item>;
  private readonly chain: Chain;

  constructor(destination: Subscriber<Item>, chain: Chain) {
    super(destination);
    this.downstream = destination;
    this.chain = chain;
  }

  override next(item: Item): void {
    if (this.closed) return;
    try {
      this.chain.enter(item);
    } catch (error) {
      this.#fail(error);
    }
  }

  override complete(): void {
    if (this.closed) return;
    try {
      this.chain.flush();
    } catch (error) {
      this.#fail(error);
      return;
    }
    super.complete();
  }

  #fail(error: unknown): void {
    this.downstream.error(error);
    this.unsubscribe();
  }
}

/** Kinds that a step handles, ascending. */
const handledKinds = (step: Step): number[] =>
  Array.from({ length: KIND_COUNT }, (_, kind) => kind).filter((kind) => step.handlers[kind as Kind] !== undefined);

/**
 * Builds the routed chain; `destination` receives every item that leaves the last step.
 *
 * The chain is generated as one JavaScript class: a generic dispatcher would see every item shape and every handler at the
 * same call site, where V8 inlines nothing. Generated, each step has call sites of its own, and the handlers are constants of
 * the class, called without a check (bench/README.md). For steps 0 … n the code reads
 *
 *     enter(item) { switch (item.kind) { case 10: this.deliver0_10(item); return; … default: this.sink(item); } }
 *     deliver0_10(item) { this.deliver1_10(item); try { handler0_10(this.state0, item, this.emit0); } catch … }
 *
 * `emit0` is `(item) => this.after0(item)`, which routes to the steps behind the first.
 */
const fuse = (steps: readonly Step[], destination: Subscriber<Item>): Chain => {
  const states = steps.map((step) => {
    try {
      return step.init();
    } catch (error) {
      throw wrapped(step.name, -1, error);
    }
  });
  const sink: Emit = (item) => {
    destination.next(item);
  };
  const chain = new (chainClass(steps))(states, sink);
  return {
    enter: (item) => {
      chain.enter(item);
    },
    flush: () => {
      for (const [i, step] of steps.entries()) {
        try {
          step.flush?.(states[i] as never, chain[`emit${i}`] as Emit);
        } catch (error) {
          throw wrapped(step.name, -1, error);
        }
      }
    },
  };
};

type ChainClass = new (states: readonly unknown[], sink: Emit) => { enter(item: Item): void; readonly [emit: `emit${number}`]: Emit };

/** The text of the chain's class: step and kind numbers alone. */
const chainText = (steps: readonly Step[]): string => {
  const constants: string[] = [];
  const methods: string[] = [];
  /** By kind: the method that takes it from here on; kinds without an entry go to `rest`. */
  let routes = new Map<number, string>();
  let rest = "this.sink(item);";
  const dispatch = (): string =>
    `switch (item.kind) { ${[...routes].map(([kind, target]) => `case ${kind}: this.${target}(item); return;`).join(" ")} default: ${rest} }`;
  for (let i = steps.length - 1; i >= 0; i -= 1) {
    const step = steps[i] as Step;
    methods.push(`after${i}(item) { ${dispatch()} }`);
    const onward = step.passing === "none" ? new Map<number, string>() : routes;
    if (step.passing === "none") rest = "";
    routes = new Map(onward);
    for (const kind of handledKinds(step)) {
      const pass = step.passing !== "first" ? "" : onward.has(kind) ? `this.${onward.get(kind)}(item);` : rest;
      constants.push(`const handler${i}_${kind} = steps[${i}].handlers[${kind}];`);
      methods.push(
        `deliver${i}_${kind}(item) { ${pass} try { handler${i}_${kind}(this.state${i}, item, this.emit${i}); } ` +
          `catch (error) { throw wrapped(steps[${i}].name, item.seq, error); } }`,
      );
      routes.set(kind, `deliver${i}_${kind}`);
    }
  }
  const fields = steps.map((_, i) => `this.state${i} = states[${i}]; this.emit${i} = (item) => { this.after${i}(item); };`);
  return [
    ...constants,
    "return class {",
    `constructor(states, sink) { this.sink = sink; ${fields.join(" ")} }`,
    `enter(item) { ${dispatch()} }`,
    ...methods,
    "};",
  ].join("\n");
};

/**
 * Classes by text, each with the handlers it was compiled for: a second subscription of the same line starts with warm code.
 * Bounded by the shapes of the program; another line of the same shape takes the place of the one before.
 */
const classes = new Map<string, { readonly handlers: readonly unknown[]; readonly chain: ChainClass }>();

const chainClass = (steps: readonly Step[]): ChainClass => {
  const text = chainText(steps);
  const handlers = steps.map((step) => step.handlers);
  const known = classes.get(text);
  if (known?.handlers.every((each, i) => each === handlers[i]) === true) return known.chain;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made of step and kind numbers alone
  const build = new Function("steps", "wrapped", text) as (s: readonly Step[], w: typeof wrapped) => ChainClass;
  const chain = build(steps, wrapped);
  classes.set(text, { handlers, chain });
  return chain;
};

const wrapped = (name: string, seq: number, error: unknown): StepError =>
  error instanceof StepError ? error : new StepError(name, seq, error);
