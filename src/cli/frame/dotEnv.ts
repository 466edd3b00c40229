/** A variable of a `.env` file. */
interface DotEnvEntry {
  readonly name: string;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
  /** In single quotes: nothing in it means anything but itself, here and for docker compose. */
  readonly literal: boolean;
}

const ENTRY = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=/;
const SINGLE = /^[ \t]*'([^']*)'/;
const DOUBLE = /^[ \t]*"((?:[^"\\]|\\[^])*)"/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * The variables of a `.env` file by the rules of docker compose, which reads the same one: `#` begins a comment at the start of a line
 * and behind a blank, quotes may span lines, a backslash escapes in double quotes. `$x` stands as it is written; compose replaces it.
 */
export const dotEnv = (text: string): DotEnvEntry[] => {
  const entries: DotEnvEntry[] = [];
  let [rest, line] = [text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"), 1];
  while (rest !== "") {
    const name = ENTRY.exec(rest);
    const value = name === null ? null : valueIn(rest.slice(name[0].length));
    if (name?.[1] !== undefined && value !== null) entries.push({ name: name[1], line, value: value.text, literal: value.literal });
    const end = rest.indexOf("\n", (name?.[0].length ?? 0) + (value?.length ?? 0));
    const taken = end < 0 ? rest : rest.slice(0, end + 1);
    line += taken.split("\n").length - 1;
    rest = rest.slice(taken.length);
  }
  return entries;
};

/** `length`: characters of a quoted value, quotes included. The rest of its line is ignored. */
const valueIn = (text: string): { readonly text: string; readonly literal: boolean; readonly length: number } => {
  const single = SINGLE.exec(text);
  if (single !== null) return { text: single[1] ?? "", literal: true, length: single[0].length };
  const double = DOUBLE.exec(text);
  if (double !== null) {
    const unescaped = (double[1] ?? "").replace(/\\([^])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
    return { text: unescaped, literal: false, length: double[0].length };
  }
  const [plain = ""] = text.split("\n", 1);
  return { text: plain.replace(/[ \t]#.*$/, "").trim(), literal: false, length: 0 };
};
