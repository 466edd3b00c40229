import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Files whose code runs on the decision line: their order must come from the events alone. */
const DECISION_LINE = ["operators/**/*.ts", "models/**/*.ts", "src/domain/**/*.ts", "src/risk/**/*.ts", "src/pipeline.ts"];

/** They order by arrival, by subscription or by a clock. */
const REFUSED_RXJS = [
  ...["mergeMap", "switchMap", "combineLatest", "combineLatestWith", "withLatestFrom", "zip", "zipWith", "groupBy"],
  ...["timer", "interval", "debounceTime", "bufferTime", "windowTime", "throttleTime", "auditTime", "sampleTime", "delay", "timeout"],
  ...["observeOn", "subscribeOn", "asyncScheduler", "asapScheduler", "queueScheduler", "animationFrameScheduler"],
];
const rxjsMessage = "orders by arrival, subscription or clock: not on the decision line (a join is a step machine keyed by time and seq)";

export default defineConfig(
  globalIgnores(["node_modules/", "out/", "history/", "scratch/"]),
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always"],
      "no-var": "error",
      "prefer-const": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Numbers in messages are plain; objects and unknowns stay refused.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // Typed arrays are indexed on the hot path; noUncheckedIndexedAccess makes each of them an assertion.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Style without a bug behind it.
      "@typescript-eslint/no-unnecessary-template-expression": "off",
      "@typescript-eslint/no-meaningless-void-operator": "off",
      // A type parameter used once carries a caller's type through a port.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "all" }],
    },
  },
  {
    files: DECISION_LINE,
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [
            { name: "rxjs", importNames: REFUSED_RXJS, message: rxjsMessage },
            { name: "rxjs/operators", message: "import from rxjs" },
          ],
        },
      ],
    },
  },
  {
    // The one file that knows RxJS's internals; RxJS 7.8.2 is pinned.
    files: ["operators/stepOperator.ts"],
    rules: { "@typescript-eslint/no-deprecated": "off" },
  },
  {
    files: ["**/*.test.ts", "test/**/*.ts"],
    rules: {
      // expect(mock.method) is not a call of it.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/only-throw-error": "off",
    },
  },
);
