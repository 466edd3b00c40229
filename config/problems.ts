import type { z } from "zod";
import { configSchema } from "./schema.ts";
import { unknownKey } from "./paths.ts";

/**
 * What is wrong with a partial config, in half a sentence that names the key: the first problem, and how many more.
 * Undefined when it is valid.
 */
export const problemOf = (partial: unknown): string | undefined => {
  const { error } = configSchema.safeParse(partial);
  if (error === undefined) return undefined;
  // A mistyped key explains the most: it comes first.
  const issues = [...error.issues].sort((a, b) => Number(b.code === "unrecognized_keys") - Number(a.code === "unrecognized_keys"));
  const [first, ...rest] = issues as [z.core.$ZodIssue, ...z.core.$ZodIssue[]];
  const more = rest.length === 0 ? "" : ` (and ${rest.length} more)`;
  return `${describe(first, partial)}${more}`;
};

const describe = (issue: z.core.$ZodIssue, partial: unknown): string => {
  if (issue.code === "invalid_union") return describeUnion(issue, partial);
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") return unknownKey(path, issue.keys[0] ?? "");
  const name = path.length === 0 ? "the config" : path.join(".");
  // Messages of the domain's parsers bring their own subject and value.
  if (issue.code === "custom" && !issue.message.startsWith("must ")) return `${name}: ${issue.message}`;
  return `${name} ${requirement(issue)}, got ${shown(valueAt(partial, issue.path))}`;
};

/** Of a value that may be this or that: what is wrong within it, else all that it may be. */
const describeUnion = ({ errors, path }: z.core.$ZodIssueInvalidUnion, partial: unknown): string => {
  const issues = errors.flatMap((branch) => branch.slice(0, 1));
  const within = issues.find((issue) => issue.path.length > 0);
  if (within !== undefined) return describe({ ...within, path: [...path, ...within.path] }, partial);
  const wanted = issues.map((issue) => requirement(issue).replace(/^must be /, "")).join(", or ");
  return `${path.join(".")} must be ${wanted}, got ${shown(valueAt(partial, path))}`;
};

const requirement = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${withArticle(issue.expected)}`;
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    case "too_small":
      return issue.origin === "array" || issue.origin === "string"
        ? "must not be empty"
        : `must be ${issue.inclusive === true ? "at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return `must be ${issue.inclusive === true ? "at most" : "below"} ${issue.maximum}`;
    default:
      return issue.message;
  }
};

const withArticle = (type: string): string => {
  const word = type === "int" ? "whole number" : type === "record" ? "object" : type;
  return `${/^[aeio]/.test(word) ? "an" : "a"} ${word}`;
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown => {
  let at = value;
  for (const key of path) at = typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined;
  return at;
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
