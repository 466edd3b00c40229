/**
 * Checks the types of users' modules, in a process of its own: the compiler takes a second and 150 MB. Argument 1 is a list of files as
 * JSON; argument 2 the folders whose files are not theirs. Prints { problems: [{ file, line, text }], read: [file] } as JSON.
 *
 * What a strict compiler would say of missing types and of null is left out: a module may be as plain as JavaScript. Names and types
 * that do not fit are told. What an import means is the loader's business, and what Node has beside the language is not looked at.
 */
import { runInNewContext } from "node:vm";
import ts from "typescript";

const [files, foreign] = process.argv.slice(2).map((text) => JSON.parse(text));

const OPTIONS = {
  noEmit: true,
  strict: false,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.esnext.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  allowJs: true,
  skipLibCheck: true,
  types: [],
};
/** Modules that are not found or have no types, CommonJS, and expected errors that only strict code has. */
const LEFT_OUT = new Set([2307, 2792, 7016, 1202, 1203, 2578]);

/** What Node adds to the language may be used, and is not checked. */
const ADDED = "/added.d.ts";
const language = runInNewContext("Object.getOwnPropertyNames(globalThis)").filter((name) => name !== "console" && name !== "WebAssembly");
const added = Object.getOwnPropertyNames(globalThis).filter((name) => !language.includes(name) && /^[A-Za-z_]\w*$/.test(name));
const addedText = [
  ...added.map((name) => `declare var ${name}: any; declare type ${name} = any;`),
  "declare var require: any, module: any, exports: any, __filename: string, __dirname: string;",
  "interface ImportMeta { url: string; filename: string; dirname: string; resolve(name: string): string }",
].join("\n");

const host = ts.createCompilerHost(OPTIONS);
const { getSourceFile, fileExists } = host;
host.fileExists = (name) => name === ADDED || fileExists.call(host, name);
host.getSourceFile = (name, ...rest) =>
  name === ADDED ? ts.createSourceFile(name, addedText, OPTIONS.target) : getSourceFile.call(host, name, ...rest);

const program = ts.createProgram([ADDED, ...files], OPTIONS, host);
const read = program.getSourceFiles().filter((source) => source.fileName !== ADDED && !program.isSourceFileDefaultLibrary(source));
const own = read.filter(({ fileName }) => files.includes(fileName) || !foreign.some((folder) => fileName.includes(folder)));
const problems = own.flatMap((source) =>
  program
    .getSemanticDiagnostics(source)
    .filter(({ code, category }) => category === ts.DiagnosticCategory.Error && !LEFT_OUT.has(code))
    .map(({ start, code, messageText }) => ({
      file: source.fileName,
      line: source.getLineAndCharacterOfPosition(start ?? 0).line + 1,
      text: `${ts.flattenDiagnosticMessageText(messageText, " ").replace(/\.$/, "")} (TS${code})`,
    })),
);
process.stdout.write(JSON.stringify({ problems, read: read.map(({ fileName }) => fileName) }));
