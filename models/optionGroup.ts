import { SettingError } from "../src/domain/settingError.ts";

/** A group of options within a module's options (`position.options.trail`), empty when it is left out; `where` holds the group. */
export const optionGroup = (where: string, options: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> => {
  const group = options[name] ?? {};
  if (typeof group === "object" && !Array.isArray(group)) return group as Readonly<Record<string, unknown>>;
  const path = `${where}.${name}`;
  throw new SettingError([path], `${path} is ${JSON.stringify(group)}: it must be an object of options`);
};
