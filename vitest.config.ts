import { configDefaults, defineConfig } from "vitest/config";

const SPECIAL = ["shared", "long", "browser", "parity", "questdb", "command"] as const;
const specialPattern = (kind: (typeof SPECIAL)[number]): string => `**/*.${kind}.test.ts`;

/** What decides and what touches orders: `npm run test:coverage` holds the share of their lines that `npm test` runs. */
const COVERED = ["operators", "src/risk", "src/engine", "src/venues"] as const;

/**
 * `unit` is `npm test`: minutes, no network, no server, no data from outside. The rest is named by its file: `*.shared.test.ts`
 * needs the shared market data, `*.long.test.ts` needs minutes, `*.browser.test.ts` needs Chromium, `*.parity.test.ts` is run on
 * every Node version, `*.questdb.test.ts` needs Java and starts a QuestDB server, `*.command.test.ts` starts the program as processes.
 */
export default defineConfig({
  test: {
    pool: "threads",
    // Vitest leaves one core idle by default: of two that is half.
    maxWorkers: "100%",
    coverage: {
      provider: "v8",
      include: COVERED.map((folder) => `${folder}/**/*.ts`),
      exclude: ["**/*.test.ts"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: ".cache/coverage",
      // Per folder: a floor over all of them would let one sink.
      thresholds: Object.fromEntries(COVERED.map((folder) => [`${folder}/**`, { lines: 95 }])),
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [
            ...configDefaults.exclude,
            "out/**",
            "scratch/**",
            "history/**",
            ...(["shared", "long", "browser", "questdb", "command"] as const).map(specialPattern),
          ],
          // A busy machine is slow, not wrong.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Loading everything once for each of 170 files is a quarter of the time; a file that changes a global fails by its name.
          isolate: false,
          setupFiles: ["test/setup/unchangedGlobals.ts"],
        },
      },
      ...SPECIAL.map((kind) => ({
        extends: true as const,
        test: {
          name: kind,
          include: [specialPattern(kind)],
          exclude: [...configDefaults.exclude, "out/**", "scratch/**", "history/**"],
          testTimeout: 2_400_000,
          hookTimeout: 2_400_000,
          ...(kind === "questdb" ? { globalSetup: "test/questdb/globalSetup.ts" } : {}),
        },
      })),
    ],
  },
});
