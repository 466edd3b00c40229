import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../scripts/sourceTree.ts";
import type { MakeVenue } from "./desk.ts";
import type { VenueMutant } from "./mutants.ts";

/** What the venue is made of. */
const PARTS = [
  "src/domain",
  "src/venues/simulated",
  "src/venues/binance/clientOrderId.ts",
  "operators/stepOperator.ts",
  "operators/stepOperator",
] as const;

/**
 * The simulated venue with one edit: a copy of its source under `folder`, loaded from there. Throws where the edit's text does not stand in
 * the file exactly once.
 */
export const brokenVenue = async ({ file, from, to }: VenueMutant, folder: string): Promise<MakeVenue> => {
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true, filter: (path) => !path.endsWith(".test.ts") });
  const path = join(folder, file);
  const parts = readFileSync(path, "utf8").split(from);
  if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times, not once: ${from}`);
  writeFileSync(path, parts.join(to));
  try {
    const loaded = (await import(/* @vite-ignore */ pathToFileURL(join(folder, "src/venues/simulated/simulatedVenue.ts")).href)) as {
      simulatedVenue: MakeVenue;
    };
    return loaded.simulatedVenue;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
