import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the clone. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A module's text with its imports of the clone (`./models/…`, `./src/…`) made absolute, so that the file may lie elsewhere. */
export const movable = (code: string): string => code.replaceAll(/"\.\/(models|src|operators)\//g, `"${ROOT}$1/`);

/** A code block of a page that is run as it stands, and the option that starts it. */
interface PageModule {
  readonly option: string;
  readonly code: string;
}

export const pageModules = async (page: string): Promise<PageModule[]> => {
  const text = await readFile(join(ROOT, page), "utf8");
  const blocks = text.matchAll(/<!-- run by examples\/readme\.command\.test\.ts: (--\w+) -->\n```ts\n(.*?)```/gs);
  return [...blocks].map(([, option = "", code = ""]) => ({ option, code: movable(code) }));
};

/** The options of each `npm run backtest` line of the examples' page. */
export const exampleLines = async (): Promise<string[][]> => {
  const page = await readFile(join(ROOT, "examples/README.md"), "utf8");
  return [...page.matchAll(/^\|.*\| `npm run backtest -- ([^`]+)` \|$/gm)].map(([, options = ""]) => options.split(" "));
};
