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
 * The chain is generated as one JavaScript function: closures made from one literal share V8's type feedback, so a generic
 * dispatcher sees every item shape and every handler at the same call site and nothing can be inlined. Generated, each
 * step has call sites of its own (4 × on the reference workload, bench/README.md). For steps 0 … n the code reads
 *
 *     const emit0 = (item) => { switch (item.kind) { case 10: return deliver1_10(item); … default: return sink(item); } };
 *     const deliver0_10 = (item) => { deliver1_10(item); try { handler0_10(state0, item, emit0); } catch … };
 */
const fuse = (steps: readonly Step[], destination: Subscriber<Item>): Chain => {
  const states = steps.map((step) => {
    try {
      return step.init();
    } catch (error) {
      throw wrapped(step.name, -1, error);
    }
  });
  const lines: string[] = [];
  /** By kind: the function that takes it from here on; kinds without an entry go to `rest`. */
  let routes = new Map<number, string>();
  let rest = "sink(item); return;";
  const dispatch = (): string =>
    `(item) => { switch (item.kind) { ${[...routes].map(([kind, target]) => `case ${kind}: ${target}(item); return;`).join(" ")} default: ${rest} } }`;
  for (let i = steps.length - 1; i >= 0; i -= 1) {
    const step = steps[i] as Step;
    lines.push(`const emit${i} = ${dispatch()};`);
    const onward = step.passing === "none" ? new Map<number, string>() : routes;
    if (step.passing === "none") rest = "return;";
    routes = new Map(onward);
    for (const kind of handledKinds(step)) {
      const pass =
        step.passing !== "first" ? "" : onward.has(kind) ? `${onward.get(kind)}(item); ` : rest === "return;" ? "" : "sink(item); ";
      lines.push(
        `const handler${i}_${kind} = steps[${i}].handlers[${kind}];`,
        `const deliver${i}_${kind} = (item) => { ${pass}try { handler${i}_${kind}(state${i}, item, emit${i}); } ` +
          `catch (error) { throw wrapped(steps[${i}].name, item.seq, error); } };`,
      );
      routes.set(kind, `deliver${i}_${kind}`);
    }
  }
  lines.push(`return { enter: ${dispatch()}, emits: [${steps.map((_, i) => `emit${i}`).join(", ")}] };`);
  const names = steps.map((_, i) => `state${i}`);
  const build = compiled(["steps", "sink", "wrapped", ...names], lines.join("\n"));
  const sink: Emit = (item) => {
    destination.next(item);
  };
  const { enter, emits } = build(steps, sink, wrapped, ...states);
  return {
    enter,
    flush: () => {
      for (const [i, step] of steps.entries()) {
        try {
          step.flush?.(states[i] as never, emits[i] as Emit);
        } catch (error) {
          throw wrapped(step.name, -1, error);
        }
      }
    },
  };
};

type Build = (...args: unknown[]) => { readonly enter: Emit; readonly emits: readonly Emit[] };

/** Chains by text: a second subscription of the same shape starts with warm code. Bounded by the shapes of the program. */
const builds = new Map<string, Build>();

const compiled = (parameters: readonly string[], body: string): Build => {
  let build = builds.get(body);
  if (build === undefined) {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made of step and kind numbers alone
    build = new Function(...parameters, body) as Build;
    builds.set(body, build);
  }
  return build;
};

const wrapped = (name: string, seq: number, error: unknown): StepError =>
  error instanceof StepError ? error : new StepError(name, seq, error);
