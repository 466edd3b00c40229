import { refuseFromModule } from "./forbiddenCall.ts";
import { guardCall, standFor } from "./guardCall.ts";

export const CLOCK = "reads the machine's clock: the time of a bar is bar.knownAtMs";
const ZONE = "depends on the machine's time zone: use the functions with UTC in their name, or toISOString()";
/** Text that names its zone, or means UTC: a date alone. */
const ZONED = /^\s*[+-]?\d{4,6}(?:-\d\d){0,2}\s*$|(?:Z|GMT|UTC|[+-]\d\d:?\d\d)\s*$/i;

/** `Date` without an argument is the clock; what it says without UTC depends on the machine. Times in ms are fine, and as fast as ever. */
export const guardDate = (): void => {
  const Original = Date;
  const guarded = function (this: unknown, ...args: readonly unknown[]): unknown {
    const target: unknown = new.target;
    const [time] = args;
    if (args.length === 1 && typeof time === "number" && target === guarded) return new Original(time);
    return slow(args, target);
  };
  const slow = (args: readonly unknown[], target: unknown): unknown => {
    const what = refusal(args, target !== undefined);
    if (what !== undefined) refuseFromModule(what);
    if (target === undefined) return Original();
    return Reflect.construct(Original, args, (target === guarded ? Original : target) as NewableFunction) as unknown;
  };
  standFor(guarded, Original);
  globalThis.Date = guarded as unknown as DateConstructor;
  guardCall(Date, "now", () => `Date.now() ${CLOCK}`);
  guardCall(Date, "parse", ([text]) => (isZoned(text) ? undefined : `Date.parse of a time without a zone ${ZONE}`));
  for (const name of Object.getOwnPropertyNames(Date.prototype))
    if (isLocal(name)) guardCall(Date.prototype, name, () => `${name}() of a Date ${ZONE}`);
};

const refusal = (args: readonly unknown[], made: boolean): string | undefined => {
  if (!made) return `Date() ${CLOCK}`;
  if (args.length === 0) return `new Date() ${CLOCK}; new Date(ms) is fine`;
  if (args.length > 1) return `new Date(year, month, …) ${ZONE}; Date.UTC(year, month, …) gives ms`;
  return isZoned(args[0]) ? undefined : `new Date of a time without a zone ${ZONE}`;
};

const isZoned = (value: unknown): boolean => typeof value !== "string" || ZONED.test(value);

/** Functions of a date that read or write it in the machine's time zone. */
const isLocal = (name: string): boolean =>
  (/^[gs]et/.test(name) && !/UTC|^[gs]etTime$/.test(name)) || ["toString", "toDateString", "toTimeString"].includes(name);
