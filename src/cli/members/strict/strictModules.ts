import type { PatternModule } from "../../../../models/pattern/patternModule.ts";
import type { PositionModule } from "../../../../models/position/positionModule.ts";
import type { RegimeModule } from "../../../../models/regime/regimeModule.ts";
import type { SignalModule } from "../../../../models/signal/signalModule.ts";
import type { FeatureFamily } from "../../../../operators/features/feature.ts";
import { ModuleRefusal, shownFile, usersFrames } from "../modulePlace.ts";
import { strictBar, strictFeatureBar, strictInstrument, strictOutput, strictProposals, strictSeen, strictView } from "./shapes.ts";

/**
 * Users' modules as the line has them: what they are shown has only the names that are documented, and what they say is said at once. A
 * function for each layer, so that V8 can inline each module where it is called.
 */
export const strictRegimeModule = (module: RegimeModule): RegimeModule => ({
  ...factsOf(module),
  init: (instrument) => atOnce("init", module.init(strictInstrument(instrument))),
  decide: (state, bar, out, seen) => {
    const ready: unknown = module.decide(state, strictBar(bar), out, strictSeen(seen));
    return typeof ready === "boolean" ? ready : Boolean(atOnce("decide", ready));
  },
});

export const strictPatternModule = (module: PatternModule): PatternModule => ({
  ...factsOf(module),
  init: (instrument) => atOnce("init", module.init(strictInstrument(instrument))),
  decide: (state, bar, out, seen) => {
    const ready: unknown = module.decide(state, strictBar(bar), out, strictSeen(seen));
    return typeof ready === "boolean" ? ready : Boolean(atOnce("decide", ready));
  },
});

export const strictSignalModule = (module: SignalModule): SignalModule => ({
  ...factsOf(module),
  init: (instrument) => atOnce("init", module.init(strictInstrument(instrument))),
  ...(module.longerBar === undefined
    ? {}
    : {
        longerBar: (state, bar) => {
          atOnce("longerBar", saidBy(module).longerBar(state, strictBar(bar)));
        },
      }),
  decide: (state, bar, out, seen) => {
    atOnce("decide", saidBy(module).decide(state, strictBar(bar), strictOutput(out), strictSeen(seen)));
  },
});

export const strictPositionModule = (module: PositionModule): PositionModule => ({
  ...factsOf(module),
  init: (instrument) => atOnce("init", module.init(strictInstrument(instrument))),
  decide: (state, view, propose) => {
    atOnce("decide", saidBy(module).decide(state, strictView(view), strictProposals(propose)));
  },
});

export const strictFeatureFamily = (family: FeatureFamily): FeatureFamily => ({
  ...factsOf(family),
  init: () => placed(() => atOnce("init", family.init())),
  ...(family.gap === undefined ? {} : { gap: (state, missingBars) => atOnce("gap", family.gap?.(state, missingBars)) === true }),
  bar: (state, bar, out, at) => {
    placed(() => {
      atOnce("bar", saidBy(family).bar(state, strictFeatureBar(bar), out, at));
    });
  },
});

/** The error line names the family; the place of the mistake adds the file. */
const placed = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    const [frame] = error instanceof ModuleRefusal ? usersFrames(error) : [];
    if (frame === undefined) throw error;
    throw new Error(`${(error as Error).message} (${shownFile(frame.path)} line ${frame.line})`, { cause: error });
  }
};

/** A module whose functions may return anything: their types say that they return nothing, but nothing enforces it. */
type Saying<M> = { readonly [K in keyof M]-?: NonNullable<M[K]> extends (...args: infer A) => unknown ? (...args: A) => unknown : M[K] };
const saidBy = <M>(module: M): Saying<M> => module as Saying<M>;

/** The properties of a module that are no functions, inherited ones included. */
const factsOf = <M extends object>(module: M): M => {
  const facts: Record<string, unknown> = {};
  for (let at: object | null = module; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const value = (module as Readonly<Record<string, unknown>>)[name];
      if (typeof value !== "function" && !(name in facts)) facts[name] = value;
    }
  }
  return facts as M;
};

/** `value`, unless it is a promise: what comes later would come at another bar in every run. */
const atOnce = <T>(name: string, value: T): T => {
  if (typeof value !== "object" || value === null || typeof (value as { readonly then?: unknown }).then !== "function") return value;
  // A later error is reported here.
  void Promise.resolve(value).then(undefined, () => undefined);
  throw new Error(`${name} returned a promise: it must do its work at once, without async and await`);
};
