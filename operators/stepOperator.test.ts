import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { EMPTY, from, map, merge, NEVER, Observable, pipe, Subject, take } from "rxjs";
import type { OperatorFunction } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Fault } from "../src/domain/event.ts";
import { BARRIER } from "../src/domain/item.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { InvariantError, UserError } from "../src/domain/units.ts";
import { funding, kline, show } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import type { StepHandlers, StepOptions } from "./stepOperator.ts";
import { resumable, StepError, stepOperator } from "./stepOperator.ts";

type Line = OperatorFunction<Item, Item>;

/** Behind every kline a fault that counts the klines of this subscription; throws at minute 9. */
const counting = (options: StepOptions<{ count: number }> = {}): Line =>
  stepOperator(
    "counting",
    () => ({ count: 0 }),
    {
      [Kind.kline]: (state, item, emit) => {
        if (item.openTimeMs % 600_000 === 540_000) throw new Error("nine");
        state.count += 1;
        emit({ ...faultAt(item.seq), message: `kline ${state.count}` });
      },
    },
    options,
  );
const faultAt = (seq: number): Fault => ({
  ...funding({ at: 0, seq }),
  kind: Kind.fault,
  source: "test",
  message: "",
});

/** Notes each kline's seq in its state. */
const SEEN: StepHandlers<number[]> = { [Kind.kline]: (own, item) => void own.push(item.seq) };

it("a line that is dropped without an end keeps nothing alive", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const dropped = (): WeakRef<number[]> => {
    const own: number[] = [];
    const source = new Subject<Item>();
    source.pipe(stepOperator("dropped", () => own, SEEN)).subscribe();
    source.next(kline({ at: 0 }));
    return new WeakRef(own);
  };
  const states = Array.from({ length: 20 }, dropped);
  await setImmediate();
  collect();
  expect(states.filter((state) => state.deref() !== undefined).length).toBeLessThan(3);
});

describe("stepOperator", () => {
  operatorCases({
    operator: () =>
      counting({
        flush: ({ count }, emit) => {
          if (count > 0) emit({ ...faultAt(-1), message: `end ${count}` });
        },
      }),
    rows: [
      [kline({ at: 1 }), ["kline0 #1 m1 c100", "fault0 #1 kline 1"]],
      [funding({ at: 2 }), ["funding0 #2 rate=0.0001 intervalHours=8 markPrice=NaN"]],
      [kline({ at: 3 }), ["kline0 #3 m3 c100", "fault0 #3 kline 2"]],
    ],
    flushed: ["fault0 #-1 end 2"],
    throws: { operator: counting, items: [kline({ at: 1 }), kline({ at: 9 })], name: "counting", message: "nine" },
  });

  it("with passing handler the handler alone decides what passes of its kinds", () => {
    const even = stepOperator(
      "even",
      () => null,
      {
        [Kind.kline]: (_, item, emit) => {
          if (item.seq % 2 === 0) emit(item);
        },
      },
      { passing: "handler" },
    );
    expect(through(even, [kline({ at: 1 }), kline({ at: 2 }), funding({ at: 3 }), BARRIER])).toEqual([
      "kline0 #2 m2 c100",
      "funding0 #3 rate=0.0001 intervalHours=8 markPrice=NaN",
      "barrier",
    ]);
  });

  it("with passing none only what it emits leaves", () => {
    expect(through(counting({ passing: "none" }), [kline({ at: 1 }), funding({ at: 2 }), BARRIER])).toEqual(["fault0 #1 kline 1"]);
  });

  it("with passing filter what it emits stands before the item, which passes if it says so", () => {
    const odd = stepOperator(
      "odd",
      () => null,
      {
        [Kind.kline]: (_, item, emit) => {
          emit(faultAt(item.seq));
          return item.seq % 2 === 1;
        },
      },
      { passing: "filter" },
    );
    expect(through(odd, [kline({ at: 1 }), kline({ at: 2 }), BARRIER])).toEqual([
      show(faultAt(1)),
      show(kline({ at: 1 })),
      show(faultAt(2)),
      show(BARRIER),
    ]);
  });

  it("keeps its state to the end of an item in whose middle it is left, whoever subscribes meanwhile", () => {
    const seen: number[][] = [];
    const line = stepOperator<number[]>(
      "seen",
      () => {
        const own: number[] = [];
        seen.push(own);
        return own;
      },
      SEEN,
    );
    const heard: string[] = [];
    from([kline({ at: 1 }), kline({ at: 2 })])
      .pipe(line, take(1))
      .subscribe({
        complete: () => {
          from([kline({ at: 5 }), kline({ at: 6 })])
            .pipe(line)
            .subscribe((item) => heard.push(show(item)));
        },
      });
    expect(seen).toEqual([[1], [5, 6]]);
    expect(heard).toEqual([show(kline({ at: 5 })), show(kline({ at: 6 }))]);
    // And the chain is whole for the next one.
    from([kline({ at: 8 })])
      .pipe(line)
      .subscribe();
    expect(seen[2]).toEqual([8]);
  });

  it("may emit only what it declares", () => {
    const sly = stepOperator("sly", () => null, { [Kind.kline]: (_, item, emit) => emit(faultAt(item.seq)) }, { emits: [Kind.gap] });
    expect(() => through(sly, [kline({ at: 1 })])).toThrow("sly at seq 1: emits fault, which it does not declare");
  });

  it("emits into the operators behind it, not into itself or those before", () => {
    const line = pipe(counting(), echo("first"), echo("second"));
    expect(through(line, [kline({ at: 1 })])).toEqual([
      "kline0 #1 m1 c100",
      "fault0 #1 kline 1",
      "fault0 #1 second: kline 1",
      "fault0 #1 first: kline 1",
      "fault0 #1 second: first: kline 1",
    ]);
  });

  it("is left by take, and works behind it", () => {
    let left = 0;
    const source$ = new Observable<Item>((subscriber) => {
      for (let at = 1; at < 9 && !subscriber.closed; at += 1) subscriber.next(kline({ at }));
      return () => (left += 1);
    });
    const flush = ({ count }: { count: number }, emit: (item: Item) => void): void => {
      emit({ ...faultAt(-1), message: `end ${count}` });
    };
    const lines: string[] = [];
    source$
      .pipe(counting(), take(3), counting({ flush }))
      .subscribe({ next: (item) => lines.push(show(item)), complete: () => lines.push("complete") });
    expect(lines).toEqual([
      "kline0 #1 m1 c100",
      "fault0 #1 kline 1",
      "fault0 #1 kline 1",
      "kline0 #2 m2 c100",
      "fault0 #2 kline 2",
      "fault0 #-1 end 2",
      "complete",
    ]);
    expect(left).toBe(1);
  });

  it("names the step that failed, not those it failed through, and keeps the cause", () => {
    const cause = new TypeError("deep");
    const failing = stepOperator("deep", () => null, {
      [Kind.fault]: () => {
        throw cause;
      },
    });
    for (const line of [pipe(counting(), echo("mid"), failing), pipe(counting(), identity, echo("mid"), identity, failing)]) {
      expect(() => through(line, [kline({ at: 4 })])).toThrow(new StepError("deep", 4, cause));
    }
    const thrown = thrownBy(() => through(failing, [faultAt(7)]));
    expect(thrown).toMatchObject({ name: "StepError", operator: "deep", seq: 7, cause });
  });

  it("says that it was the flush, and does not complete then", () => {
    const failing = counting({
      flush: () => {
        throw new Error("at the end");
      },
    });
    expect(thrownBy(() => through(failing, [kline({ at: 1 })]))).toMatchObject({ operator: "counting", seq: -1 });
  });

  it("hears nothing more after an error or an end, even from a source that goes on", () => {
    const heard: number[] = [];
    const listening = stepOperator("listening", () => null, { [Kind.kline]: (_, { seq }) => void heard.push(seq) });
    const deaf$ = new Observable<Item>((subscriber) => {
      for (const at of [8, 9, 10]) subscriber.next(kline({ at }));
      subscriber.complete();
    });
    const lines: string[] = [];
    deaf$.pipe(listening, counting()).subscribe({
      next: (item) => lines.push(show(item)),
      error: () => lines.push("error"),
      complete: () => lines.push("complete"),
    });
    expect(lines).toEqual(["kline0 #8 m8 c100", "fault0 #8 kline 1", "kline0 #9 m9 c100", "error"]);
    deaf$.pipe(listening, take(1)).subscribe();
    // Not 9: an item passes on first, and the operator behind threw at it.
    expect(heard).toEqual([8, 8]);
  });

  it("flushes each step once, in order, what an earlier one flushes going through the later ones", () => {
    const flushing = (name: string): Line =>
      stepOperator<null>(
        name,
        () => null,
        {},
        {
          flush: (_, emit) => {
            emit({ ...faultAt(-1), message: name });
          },
        },
      );
    expect(through(pipe(flushing("a"), echo("b"), flushing("c")), [])).toEqual(["fault0 #-1 a", "fault0 #-1 b: a", "fault0 #-1 c"]);
  });
});

const identity: Line = map((item) => item);

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
};

/** Behind every fault another one whose message has this name in front. */
const echo = (name: string): Line =>
  stepOperator("echo", () => null, {
    [Kind.fault]: (_, item, emit) => {
      emit({ ...item, message: `${name}: ${item.message}` });
    },
  });

// ---- fusing ----------------------------------------------------------------------------------------------------------

/** The kinds that random chains speak of. */
const KINDS = [Kind.funding, Kind.kline, Kind.fault, Kind.gap, Kind.barrier] as const;

interface Spec {
  readonly handles: readonly Kind[];
  readonly passing: "first" | "filter" | "handler" | "none";
  /** What it does with a handled item: emits others behind it, holds it for the next barrier, or drops it. */
  readonly does: "emit" | "hold" | "drop";
  readonly emits: readonly Kind[];
  readonly flushes: readonly Kind[];
  readonly throwsAtSeq: number | null;
}
/** Made only for its kind and seq. */
const token = (kind: Kind, seq: number, by: string): Item => ({ kind, seq, by }) as unknown as Item;

const chainStep = (spec: Spec, index: number): Line => {
  const name = `step${index}`;
  interface State {
    held: Item[];
    count: number;
  }
  const handler = (state: State, item: Item, emit: (item: Item) => void): unknown => {
    if (item.seq === spec.throwsAtSeq) throw new Error("planned");
    state.count += 1;
    if (spec.passing === "handler" && spec.does === "hold") {
      state.held.push(item);
      if (item.kind !== Kind.barrier) return;
      const { held } = state;
      state.held = [];
      for (const each of held) emit(each);
      return false;
    }
    if (spec.passing === "handler" && spec.does === "emit") emit(item);
    if (spec.does === "emit") for (const kind of spec.emits) emit(token(kind, item.seq, `${name}.${state.count}`));
    return spec.does !== "drop";
  };
  const kinds = spec.does === "hold" ? [...spec.handles, Kind.barrier] : spec.handles;
  return stepOperator<State>(name, () => ({ held: [], count: 0 }), Object.fromEntries(kinds.map((kind) => [kind, handler])), {
    passing: spec.passing,
    flush: (state, emit) => {
      for (const each of state.held) emit(each);
      for (const kind of spec.flushes) emit(token(kind, -1, `${name} end ${state.count}`));
    },
  });
};

describe("fused neighbours", () => {
  const kinds = fc.subarray([...KINDS]);
  const spec = fc.record<Spec>({
    handles: kinds,
    passing: fc.oneof(
      { weight: 3, arbitrary: fc.constant("first" as const) },
      { weight: 2, arbitrary: fc.constant("filter" as const) },
      { weight: 3, arbitrary: fc.constant("handler" as const) },
      fc.constant("none" as const),
    ),
    does: fc.constantFrom("emit", "hold", "drop"),
    emits: fc.subarray([...KINDS], { maxLength: 2 }),
    flushes: fc.subarray([...KINDS], { maxLength: 1 }),
    throwsAtSeq: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, fc.integer({ min: 0, max: 12 })),
  });
  const stream = fc.array(fc.constantFrom(...KINDS), { maxLength: 12 });
  const heard = (line: Line, items: readonly Item[], ends: boolean): unknown[] => {
    const out: unknown[] = [];
    merge(from(items), ends ? EMPTY : NEVER)
      .pipe(line)
      .subscribe({
        next: (item) => out.push(item),
        error: (error: unknown) => out.push(String(error)),
        complete: () => out.push("complete"),
      });
    return out;
  };
  const piped = (lines: readonly Line[]): Line => lines.reduce<Line>((all, each) => pipe(all, each), identity);

  it("say the same as with an operator between them that is none of ours (property)", () => {
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 7 }), stream, fc.boolean(), (specs, chosen, ends) => {
        const items = chosen.map((kind, seq) => token(kind, seq, "source"));
        const fused = heard(piped(specs.map(chainStep)), items, ends);
        const apart = heard(piped(specs.map(chainStep).flatMap((step) => [step, identity])), items, ends);
        expect(fused).toEqual(apart);
      }),
      { numRuns: 400 },
    );
  });

  it("say the same in two subscriptions of one line (property)", () => {
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 5 }), stream, (specs, chosen) => {
        const line = piped(specs.map(chainStep));
        const line$ = from(chosen.map((kind, seq) => token(kind, seq, "source"))).pipe(line);
        const runs = [1, 2].map(() => {
          const out: unknown[] = [];
          line$.subscribe({ next: (item) => out.push(item), error: (error: unknown) => out.push(String(error)) });
          return out;
        });
        expect(runs[0]).toEqual(runs[1]);
      }),
      { numRuns: 100 },
    );
  });
});

it("lets single kinds pass in another way than the rest", () => {
  const steps = () =>
    stepOperator<string[]>(
      "mixed",
      () => [],
      {
        [Kind.kline]: (seen) => void seen.push("kline"),
        [Kind.timer]: (seen) => seen.push("timer") > 2,
        [Kind.fault]: (_, fault, emit) => {
          emit(fault);
          emit(fault);
        },
      },
      { passingOf: { [Kind.timer]: "filter", [Kind.fault]: "handler" }, emits: [Kind.fault] },
    );
  const item = (kind: Item["kind"]): Item => ({ kind, seq: 1 }) as unknown as Item;
  const out: number[] = [];
  from([Kind.kline, Kind.timer, Kind.timer, Kind.fault, Kind.barrier].map(item))
    .pipe(
      steps(),
      stepOperator("next", () => null, {}),
    )
    .subscribe(({ kind }) => out.push(kind));
  expect(out).toEqual([Kind.kline, Kind.timer, Kind.fault, Kind.fault, Kind.barrier]);
});

describe("a resumable line", () => {
  interface Seen {
    readonly seqs: number[];
    last: Item | null;
  }
  /** Says how many klines it has seen, and holds the one before. */
  const seeing = (keep: (state: Seen) => void = () => undefined, name = "seeing"): Line =>
    stepOperator<Seen>(name, () => ({ seqs: [], last: null }), {
      [Kind.kline]: (state, item, emit) => {
        state.seqs.push(item.seq);
        state.last = item;
        keep(state);
        emit({ ...faultAt(item.seq), message: `${state.seqs.length} klines` });
      },
    });
  const opened = (line: Line, from?: Uint8Array) => {
    const source = new Subject<Item>();
    const { line$, states } = resumable(line(source), source, from);
    const said: string[] = [];
    line$.subscribe({ next: (item) => said.push(show(item)), error: (error: Error) => said.push(error.message) });
    return { source, states, said };
  };
  const told = (line: Line, ats: readonly number[], from?: Uint8Array) => {
    const { source, states, said } = opened(line, from);
    for (const at of ats) source.next(kline({ at, seq: at }));
    source.next(BARRIER);
    return { states, said };
  };

  it("goes on in another line of the same steps as the first would have", () => {
    const line = pipe(seeing(), counting());
    const whole = told(line, [1, 2, 3, 4]).said;
    const { states } = told(line, [1, 2]);
    expect(told(line, [3, 4], states()).said).toEqual([...whole.slice(6, 12), ...whole.slice(-1)]);
  });

  it("writes states behind a barrier only, and of a line that was subscribed", () => {
    const { source, states } = opened(seeing());
    expect(states().length).toBeGreaterThan(0);
    source.next(kline({ at: 1 }));
    expect(states).toThrow("states are written behind a barrier only");
    source.next(BARRIER);
    expect(states).not.toThrow();
    const source$ = new Subject<Item>();
    expect(resumable(seeing()(source$), source$).states).toThrow("a line that nobody subscribed to has no states");
  });

  it("names step and path of what is no data", () => {
    const { states } = told(
      pipe(
        counting(),
        seeing((state) => Object.assign(state, { later: { phase: () => state.last } })),
      ),
      [1],
    );
    expect(states).toThrow(
      new UserError(
        "the state of seeing cannot be written: .later.phase is a function that was made while the line ran; plain objects, arrays, maps, sets and typed arrays can",
      ),
    );
  });

  it("refuses states of other steps, and a line with an operator that is no step", () => {
    const { states } = told(pipe(seeing(), counting()), [1]);
    expect(told(pipe(counting(), seeing()), [1], states()).said).toEqual([
      'states of the line "seeing counting" do not fit the line "counting seeing"',
    ]);
    const source = new Subject<Item>();
    expect(() =>
      resumable(
        source.pipe(
          seeing(),
          map((item) => item),
          seeing(),
        ),
        source,
      ),
    ).toThrow(InvariantError);
  });
});
