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
   * With `passing: "handler"` the handler of a kind passes its item on itself (or holds or drops it).
   */
  readonly passing?: "first" | "handler";
  /** Called once when the source completes, before completion is passed on. */
  readonly flush?: (state: S, emit: Emit) => void;
}

interface Step {
  readonly name: string;
  readonly init: () => unknown;
  readonly handlers: StepHandlers<never>;
  readonly passing: "first" | "handler";
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
      handlers: handlers as StepHandlers<never>,
      passing: options.passing ?? "first",
      flush: options.flush as Step["flush"],
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
  readonly #enter: Emit;
  readonly #flush: () => void;
  readonly #downstream: Subscriber<Item>;

  constructor(destination: Subscriber<Item>, chain: Chain) {
    super(destination);
    this.#downstream = destination;
    this.#enter = chain.enter;
    this.#flush = chain.flush;
  }

  override next(item: Item): void {
    if (this.closed) return;
    try {
      this.#enter(item);
    } catch (error) {
      this.#fail(error);
    }
  }

  override complete(): void {
    if (this.closed) return;
    try {
      this.#flush();
    } catch (error) {
      this.#fail(error);
      return;
    }
    super.complete();
  }

  #fail(error: unknown): void {
    this.#downstream.error(error);
    this.unsubscribe();
  }
}

/** Builds the routed chain of steps, last first; `destination` receives every item that leaves the last step. */
const fuse = (steps: readonly Step[], destination: Subscriber<Item>): Chain => {
  const sink: Emit = (item) => {
    destination.next(item);
  };
  let routes: Emit[] = Array.from({ length: KIND_COUNT }, () => sink);
  const flushes: (() => void)[] = [];
  for (const step of [...steps].reverse()) {
    const state = step.init() as never;
    const onward = routes;
    const emit: Emit = (item) => {
      (onward[item.kind] as Emit)(item);
    };
    routes = onward.map((next, kind) => {
      const handler = step.handlers[kind as Kind] as ((state: never, item: Item, emit: Emit) => void) | undefined;
      return handler === undefined ? next : stage(step, state, handler, next, emit);
    });
    const flush = step.flush;
    if (flush !== undefined) {
      flushes.unshift(() => {
        guard(step.name, -1, () => {
          flush(state, emit);
        });
      });
    }
  }
  const first = routes;
  return {
    enter: (item) => {
      (first[item.kind] as Emit)(item);
    },
    flush: () => {
      for (const flush of flushes) flush();
    },
  };
};

const stage = (step: Step, state: never, handler: (state: never, item: Item, emit: Emit) => void, next: Emit, emit: Emit): Emit =>
  step.passing === "first"
    ? (item) => {
        next(item);
        try {
          handler(state, item, emit);
        } catch (error) {
          throw wrapped(step.name, item.seq, error);
        }
      }
    : (item) => {
        try {
          handler(state, item, emit);
        } catch (error) {
          throw wrapped(step.name, item.seq, error);
        }
      };

const wrapped = (name: string, seq: number, error: unknown): StepError =>
  error instanceof StepError ? error : new StepError(name, seq, error);

const guard = (name: string, seq: number, run: () => void): void => {
  try {
    run();
  } catch (error) {
    throw wrapped(name, seq, error);
  }
};
