import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { expect, it } from "vitest";

const eslint = new ESLint({ cwd: fileURLToPath(new URL("..", import.meta.url)) });
/** Rules that this text breaks in the place of a real file: the rules need types. */
const rulesOf = async (filePath: string, text: string): Promise<(string | null)[]> =>
  (await eslint.lintText(text, { filePath })).flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));

it("lint refuses floating promises, any, and operators that order by arrival on the line", async () => {
  const planted = `import { mergeMap } from "rxjs";
    export const later = async (): Promise<void> => {};
    export const now = (x: any): unknown => { later(); return [mergeMap, x]; };`;
  const found = await rulesOf("src/domain/time.ts", planted);
  for (const rule of ["no-restricted-imports", "@typescript-eslint/no-floating-promises", "@typescript-eslint/no-explicit-any"])
    expect(found).toContain(rule);
  expect(await rulesOf("src/cli/frame/help.ts", planted)).not.toContain("no-restricted-imports");
});
