import { refuseFromModule } from "./forbiddenCall.ts";

type Callable = (...args: readonly unknown[]) => unknown;
type Refusal = (args: readonly unknown[], self: unknown) => string | undefined;

/**
 * Puts a guard before a function or constructor of `holder`: where `refusal` has something against the arguments, users' modules may
 * not make the call. Statics, prototype and name stay. What `holder` does not have is left alone; of a getter the reading is guarded.
 */
export const guardCall = (holder: object, name: string, refusal: Refusal): void => {
  const found = Object.getOwnPropertyDescriptor(holder, name) ?? inherited(holder, name);
  if (found === undefined) return;
  const check = (args: readonly unknown[], self: unknown): void => {
    const what = refusal(args, self);
    if (what !== undefined) refuseFromModule(what);
  };
  if (found.get !== undefined) {
    const get: unknown = Reflect.get(found, "get");
    const guarded = function (this: unknown): unknown {
      check([], this);
      return Reflect.apply(get as Callable, this, []);
    };
    Object.defineProperty(holder, name, { ...found, configurable: true, get: guarded });
    return;
  }
  const original = found.value as Callable;
  const guarded = function (this: unknown, ...args: readonly unknown[]): unknown {
    check(args, this);
    const target: unknown = new.target;
    if (target === undefined) return Reflect.apply(original, this, args);
    return Reflect.construct(original, args, (target === guarded ? original : target) as NewableFunction) as unknown;
  };
  standFor(guarded, original);
  Object.defineProperty(holder, name, { ...found, value: guarded });
};

/** Makes `guarded` look like what it stands before. */
export const standFor = (guarded: object, original: object): void => {
  Object.setPrototypeOf(guarded, Object.getPrototypeOf(original) as object | null);
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
  const { prototype } = original as { readonly prototype?: object };
  if (prototype !== undefined && Object.hasOwn(prototype, "constructor"))
    Object.defineProperty(prototype, "constructor", { value: guarded, configurable: true, writable: true });
};

const inherited = (holder: object, name: string): PropertyDescriptor | undefined => {
  const above = Object.getPrototypeOf(holder) as object | null;
  return above === null ? undefined : (Object.getOwnPropertyDescriptor(above, name) ?? inherited(above, name));
};
