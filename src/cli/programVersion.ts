import { readFileSync } from "node:fs";

/** Version of the program, however it was started: npm alone sets `npm_package_version`. */
export const programVersion = (): string => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
};
