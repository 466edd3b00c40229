/** A setting in which configs differ, with what each of them says; null: nothing. */
export interface ConfigDifference {
  readonly key: string;
  readonly values: readonly unknown[];
}

/** Settings that say nothing of what a run does. */
const OF_NO_RUN = /^(?:name$|runs\.)/;

/** The settings in which some of the configs differ, in the order of the first config; lists are compared as one value. */
export const configDifferences = (configs: readonly unknown[]): ConfigDifference[] => {
  const leaves = configs.map((config) => new Map(leavesOf(config)));
  const keys = new Set(leaves.flatMap((each) => [...each.keys()]));
  return [...keys]
    .filter((key) => !OF_NO_RUN.test(key))
    .map((key) => ({ key, values: leaves.map((each) => each.get(key) ?? null) }))
    .filter(({ values: [first, ...others] }) => others.some((value) => JSON.stringify(value) !== JSON.stringify(first)));
};

const leavesOf = (value: unknown, path = ""): [string, unknown][] => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === "" ? key : `${path}.${key}`));
};
