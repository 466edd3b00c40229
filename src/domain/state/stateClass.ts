type Class = abstract new (...parts: never[]) => object;

/** By name. Filled while the program loads, one class a name. */
const prototypes = new Map<string, object>();
const names = new Map<object, string>();

/**
 * Makes the instances of a class known to checkpoints that a step makes while the line runs (bars, orders, books). Instances that are
 * there from `init` on need no name. The fields of such a class are plain data; `#private` ones are not written.
 */
export const stateClass = (name: string, made: Class): void => {
  const prototype = made.prototype as object;
  const other = prototypes.get(name);
  if (other !== undefined && other !== prototype) throw new Error(`two classes of state are called ${name}`);
  prototypes.set(name, prototype);
  names.set(prototype, name);
};

/** Shows another object under some of its names, and keeps it where no property is. */
interface StateView {
  readonly name: string;
  readonly shown: (view: object) => object;
  readonly show: (shown: object) => object;
}

const views = new Map<string, StateView>();
const viewsOf = new Map<object, StateView>();

/** Makes a class of views known: a step may keep one, and what it shows is written. */
export const stateView = (prototype: object, view: StateView): void => {
  views.set(view.name, view);
  viewsOf.set(prototype, view);
};

export const stateViewOf = (prototype: object): StateView | undefined => viewsOf.get(prototype);
export const stateViewNamed = (name: string): StateView | undefined => views.get(name);
export const stateClassName = (prototype: object): string | undefined => names.get(prototype);
export const statePrototype = (name: string): object | undefined => prototypes.get(name);
