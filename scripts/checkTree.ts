import { isTypeScript, runAsScript } from "./sourceTree.ts";
import type { SourceFile } from "./sourceTree.ts";

const MAX_LINES = 350;

/** Absolute paths of somebody's machine; the character before keeps URLs and relative paths out. */
const MACHINE_PATH = /(?:^|[^A-Za-z0-9_.~-])\/(?:work|root|home|farm|Users)\//;
const REGISTRY_HOST = /registry\.npm[j]s|[p]ypi\.org|python[h]osted\.org|repo1?\.[m]aven|crates\.io\/[a]pi|deb\.[d]ebian|proxy\.[g]olang/;
/** `skipIf` with a printed reason is how a test says what it lacks. */
const FOCUSED = /\b(?:it|test|describe|suite|bench)(?:\.[a-z]+)*\.(?:only|skip|todo)\b/;

/** One line for everything in the tree that does not belong in a repository, whatever the file's language. */
export const treeProblems = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) => [...lineProblems(file), ...sizeProblems(file)]);

const lineProblems = (file: SourceFile): string[] =>
  file.text.split("\n").flatMap((text, index) => {
    const at = `${file.path}:${index + 1}`;
    return [
      ...(MACHINE_PATH.test(text) ? [`${at}: names a path of one machine`] : []),
      ...(REGISTRY_HOST.test(text) ? [`${at}: names a package registry's host; clients know theirs`] : []),
      ...(isTypeScript(file) && FOCUSED.test(text) ? [`${at}: a focused or skipped test; run it, mend it or delete it`] : []),
    ];
  });

const sizeProblems = ({ path, text }: SourceFile): string[] => {
  if (!/\.(ts|js|mjs|py|svelte)$/.test(path) || /\.test\.ts$|^test\/|(^|\/)fixtures\//.test(path)) return [];
  const lines = text.split("\n").length - 1;
  return lines > MAX_LINES ? [`${path}: ${lines} lines, at most ${MAX_LINES}; is there a second concept in it?`] : [];
};

runAsScript(import.meta.url, "tree", treeProblems);
