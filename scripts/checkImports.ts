import { posix } from "node:path";
import { circleProblems } from "./importCircles.ts";
import { importsOf } from "./importsOf.ts";
import { isTest, isTypeScript, parse, placeOf, runAsScript } from "./sourceTree.ts";
import type { SourceFile } from "./sourceTree.ts";

/** Rooms of the project (docs/architecture.md#rooms), and the one direction in which they may import. */
interface Room {
  readonly name: string;
  readonly matches: RegExp;
  /** Names of the rooms it may import from; its own is always one. */
  readonly imports: readonly string[];
  /** Rooms it may take types, but no values, from. */
  readonly types?: readonly string[];
  /** Packages it may import; absent: any. */
  readonly packages?: readonly string[];
}

const LINE = ["domain", "operators", "models", "risk"];
const EDGE = [...LINE, "runtime", "streams", "venues", "store"];
const CENTRE = [...EDGE, "pipeline", "engine", "page", "record", "lab", "report", "sweep", "walkForward"];
const ALL = [...CENTRE, "config", "cli", "server", "examples", "bench", "scripts"];

const ROOMS: readonly Room[] = [
  { name: "domain", matches: /^src\/domain\//, imports: [], packages: [] },
  { name: "operators", matches: /^operators\//, imports: LINE, packages: ["rxjs"] },
  { name: "runtime", matches: /^models\/runtime\//, imports: LINE },
  { name: "models", matches: /^models\//, imports: LINE, packages: ["rxjs"] },
  { name: "risk", matches: /^src\/risk\//, imports: LINE, packages: ["rxjs"] },
  { name: "pipeline", matches: /^src\/pipeline\.ts$/, imports: ["domain", "operators"], types: ["models", "risk"], packages: ["rxjs"] },
  { name: "streams", matches: /^streams\//, imports: LINE },
  { name: "venues", matches: /^src\/venues\//, imports: [...LINE, "runtime", "streams"] },
  { name: "store", matches: /^src\/store\//, imports: [...LINE, "streams", "venues"] },
  { name: "engine", matches: /^src\/engine\//, imports: [...EDGE, "pipeline"] },
  // It runs in browsers, and what it shares with the program is used from there.
  { name: "page", matches: /^src\/report\/page\//, imports: [], packages: [] },
  { name: "record", matches: /^src\/record\//, imports: [...EDGE, "page"] },
  { name: "lab", matches: /^src\/lab\//, imports: [...EDGE, "pipeline", "record"] },
  { name: "report", matches: /^src\/report\//, imports: [...EDGE, "page", "record"] },
  { name: "sweep", matches: /^src\/sweep\//, imports: [...EDGE, "page", "record", "report"] },
  { name: "walkForward", matches: /^src\/walkForward\//, imports: [...EDGE, "page", "record", "report"] },
  { name: "config", matches: /^config\//, imports: ["domain"] },
  { name: "cli", matches: /^src\/cli\//, imports: [...CENTRE, "config", "server"] },
  { name: "server", matches: /^src\/server\//, imports: [...CENTRE, "config"] },
  { name: "examples", matches: /^examples\//, imports: LINE },
  { name: "bench", matches: /^bench\//, imports: ALL },
  { name: "scripts", matches: /^scripts\//, imports: ALL },
  { name: "test", matches: /^test\//, imports: ALL },
  { name: "root", matches: /^[^/]+$/, imports: ALL },
];

/** Files that only some may import values from. */
const KEPT: readonly { readonly file: string; readonly by: readonly string[]; readonly because: string }[] = [
  { file: "src/risk/approval.ts", by: ["src/risk/gate.ts"], because: "only the gate approves" },
  { file: "src/risk/sealedPlan.ts", by: ["src/risk/approval.ts", "operators/execute.ts"], because: "only an approval makes a sealed plan" },
];

/** The config's schema repeats the shape and the defaults of what it configures. */
const isOptions = (path: string): boolean => /\/(options|limits)\.ts$/.test(path);

/**
 * One line for every import against the direction of docs/architecture.md#rooms, and for every circle. Tests may import anything, and
 * nothing imports a test.
 */
export const importProblems = (files: readonly SourceFile[]): string[] => {
  const sources = files.filter((file) => isTypeScript(file) || /^src\/.*\.js$/.test(file.path));
  return [...sources.flatMap(problemsOf), ...circleProblems(sources)];
};

const problemsOf = (file: SourceFile): string[] => {
  const room = roomOf(file.path);
  if (room === undefined)
    return [`${file.path}: lies in no room of docs/architecture.md#rooms; move it, or add the room to scripts/checkImports.ts`];
  const source = parse(file);
  return importsOf(source).flatMap(({ specifier, typeOnly, node }) => {
    const problem = problemOf(file.path, room, specifier, typeOnly);
    return problem === undefined ? [] : [`${placeOf(source, node)}: ${problem}`];
  });
};

const problemOf = (path: string, room: Room, specifier: string, typeOnly: boolean): string | undefined => {
  if (!specifier.startsWith(".")) {
    const allowed = isTest(path) || room.packages === undefined || room.packages.includes(specifier);
    return allowed ? undefined : `${room.name} may not import ${specifier}: it is pure (docs/architecture.md#rooms)`;
  }
  const target = posix.join(posix.dirname(path), specifier);
  if (target.endsWith(".test.ts")) return `${target} is a test: nothing may import it`;
  if (isTest(path) || room.name === "test") return undefined;
  const keeper = KEPT.find(({ file }) => file === target);
  if (keeper !== undefined && !keeper.by.includes(path)) return `${target} is for ${keeper.by.join(", ")} alone: ${keeper.because}`;
  if (!/\.[jt]s$/.test(target)) return undefined;
  const to = roomOf(target);
  if (to === undefined) return `${target} lies in no room of docs/architecture.md#rooms`;
  if (to === room || room.imports.includes(to.name)) return undefined;
  if (typeOnly && room.types?.includes(to.name) === true) return undefined;
  if (room.name === "config" && isOptions(target)) return undefined;
  return `${room.name} may not import ${target} of ${to.name}${typeOnly ? "" : room.types?.includes(to.name) === true ? " (types only)" : ""}`;
};

const roomOf = (path: string): Room | undefined => ROOMS.find(({ matches }) => matches.test(path));

runAsScript(import.meta.url, "import direction", importProblems);
