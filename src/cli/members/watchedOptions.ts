import { nearestName } from "../../domain/nearestName.ts";

type Options = Readonly<Record<string, unknown>>;

/** A module's options that know which of their names were asked for. */
export interface WatchedOptions {
  /** What the module gets: a copy, so that it cannot change the config. */
  readonly options: Options;
  /** Names that were given and never read, those within a group with the group's: `trail.multiple`. */
  unread(): readonly string[];
  /** Of a name that was never read, the nearest of those that were read and not given, or one that it begins with or that begins with it. */
  meant(name: string): string | undefined;
  /** Names that were read, at the top, sorted. */
  read(): readonly string[];
}

/**
 * Watches options from outside: a user's module declares no names, so what it reads is what it knows. Listing the names (a spread,
 * `Object.keys`, JSON) reads all of them; so does taking a value that is no group.
 */
export const watchedOptions = (given: Options): WatchedOptions => {
  const read = new Set<string>();
  const copy = structuredClone(given);
  const watch = (group: Options, prefix: string): Options =>
    new Proxy(group, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof key === "symbol") return value;
        read.add(prefix + key);
        return isGroup(value) && Object.hasOwn(target, key) ? watch(value, `${prefix}${key}.`) : value;
      },
      has: (target, key) => {
        if (typeof key === "string") read.add(prefix + key);
        return Reflect.has(target, key);
      },
      getOwnPropertyDescriptor: (target, key) => {
        if (typeof key === "string") read.add(prefix + key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      ownKeys: (target) => {
        for (const name of namesIn(target)) read.add(prefix + name);
        return Reflect.ownKeys(target);
      },
    });
  const names = namesIn(copy);
  return {
    options: watch(copy, ""),
    unread: () => names.filter((name) => !read.has(name)),
    meant: (name) => {
      const parent = name.slice(0, name.lastIndexOf(".") + 1);
      const asked = [...read].filter(
        (other) => other.startsWith(parent) && !other.slice(parent.length).includes(".") && !names.includes(other),
      );
      return nearestName(name, asked) ?? asked.find((other) => name.startsWith(other) || other.startsWith(name));
    },
    read: () => [...read].filter((name) => !name.includes(".")).sort(),
  };
};

const isGroup = (value: unknown): value is Options => typeof value === "object" && value !== null && !Array.isArray(value);

/** Names of all values that are no groups, and of groups without any. */
const namesIn = (group: Options, prefix = ""): string[] =>
  Object.entries(group).flatMap(([name, value]) =>
    isGroup(value) && Object.keys(value).length > 0 ? namesIn(value, `${prefix}${name}.`) : [prefix + name],
  );
