import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A file of the project by its path from the root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Larger files are data; they are listed with empty text. */
const MAX_TEXT_BYTES = 2 * 1024 * 1024;

/** Every file that is or would be committed: tracked, or new and not ignored. Binary files come with empty text. */
export const projectFiles = (): SourceFile[] =>
  execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
    .split("\0")
    .filter((path) => path !== "" && existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile())
    .map((path) => ({ path, text: textOf(join(ROOT, path)) }));

const textOf = (path: string): string => {
  if (statSync(path).size > MAX_TEXT_BYTES) return "";
  const text = readFileSync(path, "utf8");
  return text.includes("\0") ? "" : text;
};

export const isTypeScript = ({ path }: SourceFile): boolean => path.endsWith(".ts");
export const isTest = (path: string): boolean => path.endsWith(".test.ts") || path.startsWith("test/");

/** Code that computes from state and event alone (docs/architecture.md#the-one-principle): no clock, randomness, I/O or timers. */
export const isPure = (path: string): boolean =>
  !isTest(path) && (/^(operators|src\/domain|src\/risk)\//.test(path) || /^models\/(?!runtime\/)/.test(path) || path === "src/pipeline.ts");

export const parse = ({ path, text }: SourceFile): ts.SourceFile => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

/** `path:line`, as editors take it. */
export const placeOf = (source: ts.SourceFile, node: ts.Node): string =>
  `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;

/** Calls `visit` for a node and everything in it. */
export const walk = (node: ts.Node, visit: (node: ts.Node) => void): void => {
  visit(node);
  ts.forEachChild(node, (child) => {
    walk(child, visit);
  });
};

/** When `moduleUrl` is the script that was started: runs its check on the project, prints the problems, exits 1 if any. */
export const runAsScript = (moduleUrl: string, what: string, problemsOf: (files: readonly SourceFile[]) => readonly string[]): void => {
  if (fileURLToPath(moduleUrl) !== process.argv[1]) return;
  const problems = problemsOf(projectFiles());
  for (const problem of problems) console.error(problem);
  console.error(problems.length === 0 ? `${what}: fine` : `${what}: ${problems.length} problem(s)`);
  process.exitCode = problems.length === 0 ? 0 : 1;
};
