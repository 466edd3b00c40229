import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe } from "vitest";

/** Folder of the shared market data: `RIPOSTE_SHARED`, else beside the repository. Files lie under `data/`. */
const SHARED = resolve(process.env["RIPOSTE_SHARED"] ?? join(import.meta.dirname, "../../shared"));

const missing = !existsSync(join(SHARED, "data"));
if (missing) console.warn(`skipped: no shared data at ${join(SHARED, "data")}; set RIPOSTE_SHARED (CI counts these tests as failed)`);

/** `describe` for tests that need the shared data (`*.shared.test.ts`); skipped, with the reason printed, where it is absent. */
export const describeShared = describe.skipIf(missing);

/** Path of a file or folder below `data/`. */
export const sharedData = (...parts: readonly string[]): string => join(SHARED, "data", ...parts);
