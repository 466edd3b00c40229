import { Observable, Subscriber } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { ByteReader } from "../src/domain/state/byteReader.ts";
import { ByteWriter } from "../src/domain/state/byteWriter.ts";
import { readState } from "../src/domain/state/readState.ts";
import { wiringOf } from "../src/domain/state/wiring.ts";
import type { Wiring } from "../src/domain/state/wiring.ts";
import { StateError, writeState } from "../src/domain/state/writeState.ts";
import { InvariantError, UserError } from "../src/domain/units.ts";
import type { Chain, Passing, Shelf, Step, StepHandlers } from "./stepOperator/chain.ts";
import { shelfFor } from "./stepOperator/chain.ts";

export type { StepHandlers } from "./stepOperator/chain.ts";

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

  constructor(destination: Subscriber<Item>, steps: readonly Step[], statesFor: (chain: Chain) => readonly unknown[] = fresh(steps)) {
    super(destination);
    this.downstream = destination;
    this.steps = steps;
    this.shelf = shelfFor(steps);
    this.chain = this.shelf.take();
    this.states = statesFor(this.chain);
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
    this.shelf.giveBack(this.chain);
  }

  /** An error, with the step that was at work. */
  #fail(error: unknown): void {
    const { at, seq } = this.chain.where();
    this.downstream.error(wrapped(this.steps[at]?.name, seq, error));
    this.unsubscribe();
  }
}

const fresh = (steps: readonly Step[]) => (): readonly unknown[] => steps.map(initialised);

const initialised = (step: Step): unknown => {
  try {
    return step.init();
  } catch (error) {
    throw wrapped(step.name, -1, error);
  }
};

/** A line whose states can be written between two bursts, and put back into a fresh line of the same steps. */
interface ResumableLine {
  /** To be subscribed once. */
  readonly line$: Observable<Item>;
  /** The states of all steps. Throws a `UserError` that names step and path of what is no data. */
  readonly states: () => Uint8Array;
}

/**
 * A whole line that can be checkpointed, which costs a second `init` of every step. `origin`: where its items enter; all operators behind it
 * must be steps. `from`: states to begin with. What two states of one `init` share by identity is wiring (modules, instruments, ports, the
 * hash and the recorder at the end of the line): it is not written.
 */
export const resumable = (line$: Observable<Item>, origin: Observable<Item>, from?: Uint8Array): ResumableLine => {
  if (!(line$ instanceof StepObservable) || line$.origin !== origin)
    throw new InvariantError("a line with an operator that is no step has no checkpoint");
  const { steps } = line$;
  let subscriber: ResumableSubscriber | undefined;
  return {
    line$: new Observable((destination) => origin.subscribe((subscriber = new ResumableSubscriber(destination, steps, from)))),
    states: () => {
      if (subscriber === undefined) throw new InvariantError("a line that nobody subscribed to has no states");
      return subscriber.written();
    },
  };
};

class ResumableSubscriber extends StepSubscriber {
  private readonly written_: () => Uint8Array;
  /** Behind a barrier no step holds an item. */
  private lastKind: Kind = Kind.barrier;

  constructor(destination: Subscriber<Item>, steps: readonly Step[], from: Uint8Array | undefined) {
    let states: readonly unknown[] = [];
    let wiring: Wiring | undefined;
    super(destination, steps, ({ emits }) => {
      // The other one first: where an `init` tells the wiring of its state (a venue's port), the last word counts.
      const other = steps.map(initialised);
      states = steps.map(initialised);
      wiring = wiringOf(states, other, emits);
      if (from !== undefined) states = statesIn(from, steps, states, wiring);
      return states;
    });
    this.written_ = () => writtenStates(steps, states, wiring as Wiring);
  }

  override next(item: Item): void {
    this.lastKind = item.kind;
    super.next(item);
  }

  written(): Uint8Array {
    if (this.lastKind !== Kind.barrier || this.isWorking) throw new InvariantError("states are written behind a barrier only");
    return this.written_();
  }
}

/** The names of the steps stand before their states. */
const writtenStates = (steps: readonly Step[], states: readonly unknown[], wiring: Wiring): Uint8Array => {
  const out = new ByteWriter();
  out.text(namesOf(steps));
  try {
    out.raw(writeState(states, wiring));
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const [, index, path] = /^\[(\d+)\](.*)$/s.exec(error.path) ?? [];
    throw new UserError(
      `the state of ${steps[Number(index)]?.name ?? "the line"} cannot be written: ${path} is ${error.what}; plain objects, arrays, maps, sets and typed arrays can`,
    );
  }
  return out.written.slice();
};

const statesIn = (bytes: Uint8Array, steps: readonly Step[], fresh: readonly unknown[], wiring: Wiring): readonly unknown[] => {
  const from = new ByteReader(bytes);
  const names = from.text();
  if (names !== namesOf(steps)) throw new InvariantError(`states of the line "${names}" do not fit the line "${namesOf(steps)}"`);
  return readState(from.rest, fresh, wiring) as readonly unknown[];
};

const namesOf = (steps: readonly Step[]): string => steps.map(({ name }) => name).join(" ");

/** An error of the subscriber behind the chain is not wrapped: it is not the chain's. */
const wrapped = (name: string | undefined, seq: number, error: unknown): unknown =>
  name === undefined || error instanceof StepError ? error : new StepError(name, seq, error);
