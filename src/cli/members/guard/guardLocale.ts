import { guardCall } from "./guardCall.ts";

const LOCALE = 'depends on the machine\'s language: name the locale, e.g. "en-US"';
const ZONE = 'depends on the machine\'s time zone: name it, e.g. { timeZone: "UTC" }';

/** Prototypes with functions that take a locale, and where among the arguments it stands. */
const FUNCTIONS: readonly (readonly [prototype: object, names: readonly string[], locale: number])[] = [
  [Number.prototype, ["toLocaleString"], 0],
  [BigInt.prototype, ["toLocaleString"], 0],
  [Array.prototype, ["toLocaleString"], 0],
  [Object.getPrototypeOf(Float64Array.prototype) as object, ["toLocaleString"], 0],
  [String.prototype, ["toLocaleLowerCase", "toLocaleUpperCase"], 0],
  [String.prototype, ["localeCompare"], 1],
];
const TIMES = ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"];

/** Whatever takes a locale must be given one, and for times a zone too: without, it takes the machine's. */
export const guardLocale = (): void => {
  for (const [prototype, names, at] of FUNCTIONS)
    for (const name of names) guardCall(prototype, name, (args) => (isNamed(args[at]) ? undefined : `${name}() ${LOCALE}`));
  for (const name of TIMES) guardCall(Date.prototype, name, (args) => timeRefusal(`${name}() of a Date`, args));
  for (const name of Object.getOwnPropertyNames(Intl)) {
    if (!/^[A-Z]/.test(name) || name === "Locale") continue;
    guardCall(Intl, name, (args) => {
      if (name === "DateTimeFormat") return timeRefusal(`Intl.${name}`, args);
      return isNamed(args[0]) ? undefined : `Intl.${name} ${LOCALE}`;
    });
  }
};

const timeRefusal = (what: string, [locale, options]: readonly unknown[]): string | undefined => {
  if (!isNamed(locale)) return `${what} ${LOCALE}`;
  return typeof options === "object" && options !== null && "timeZone" in options ? undefined : `${what} ${ZONE}`;
};

const isNamed = (locale: unknown): boolean => locale !== undefined && !(Array.isArray(locale) && locale.length === 0);
