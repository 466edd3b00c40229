import { posix } from "node:path";
import ts from "typescript";
import { parse, placeOf, runAsScript, walk } from "./sourceTree.ts";
import type { SourceFile } from "./sourceTree.ts";

interface Allowed {
  readonly matches: RegExp;
  /** Names, `default` among them; absent: every export of the file. */
  readonly names?: readonly string[];
  readonly because: string;
}

/** What is exported for somebody outside the project, or found by other means than an import. */
const ALLOWED: readonly Allowed[] = [
  { matches: /^[^/]+\.config\.[jt]s$/, names: ["default"], because: "the tool finds it by its name" },
  { matches: /^bin\/moduleHooks\.mjs$/, names: ["resolve", "load"], because: "Node asks hooks by these names" },
  { matches: /^test\/[a-z]+\/globalSetup\.ts$/, names: ["default"], because: "vitest.config.ts names it" },
  { matches: /^models\/[a-z]+\/[a-z]+Module\.ts$/, because: "users' modules take their types and helpers from it (docs/modules.md)" },
  { matches: /^examples\//, names: ["default"], because: "a config or an option names the file" },
  { matches: /^test\/modules\//, names: ["default"], because: "a config or an option of a test names the file" },
];

/**
 * One line for every export that no other file imports, tests included: what only its own file uses is not exported, and what nobody uses
 * is deleted. A `.d.ts` file says what its `.js` file exports and is not read for exports. Reads imports, re-exports, `import()` and `import("…").Name`; of a namespace import every export counts as used.
 */
export const exportProblems = (files: readonly SourceFile[]): string[] => {
  const sources = files.filter(({ path }) => /\.(ts|js|mjs)$/.test(path)).map(parse);
  const used = new Map<string, Set<string>>();
  for (const source of sources) for (const { target, name } of usesOf(source)) nameIn(used, target).add(name);
  return sources.flatMap((source) => {
    const { fileName } = source;
    const names = used.get(fileName);
    if (fileName.endsWith(".d.ts") || names?.has("*") === true) return [];
    return exportsOf(source)
      .filter(({ name }) => names?.has(name) !== true && !isAllowed(fileName, name))
      .map(
        ({ name, node }) =>
          `${placeOf(source, node)}: nobody imports ${name}; do not export it, and delete it if its own file does not use it`,
      );
  });
};

const isAllowed = (path: string, name: string): boolean =>
  ALLOWED.some(({ matches, names }) => matches.test(path) && names?.includes(name) !== false);

const nameIn = (used: Map<string, Set<string>>, path: string): Set<string> => {
  const found = used.get(path) ?? new Set();
  used.set(path, found);
  return found;
};

interface Use {
  readonly target: string;
  /** `*`: everything. */
  readonly name: string;
}

const usesOf = (source: ts.SourceFile): Use[] => {
  const uses: Use[] = [];
  const add = (specifier: ts.Node | undefined, names: readonly string[]): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith(".")) return;
    const target = posix.join(posix.dirname(source.fileName), specifier.text);
    uses.push(...names.map((name) => ({ target, name })));
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedNames(node.importClause));
    else if (ts.isExportDeclaration(node)) {
      const { exportClause } = node;
      const named = exportClause !== undefined && ts.isNamedExports(exportClause);
      add(node.moduleSpecifier, named ? exportClause.elements.map((each) => (each.propertyName ?? each.name).text) : ["*"]);
    } else if (ts.isImportTypeNode(node)) {
      const { qualifier } = node;
      const name = qualifier === undefined ? "*" : firstOf(qualifier).text;
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, [name]);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], ["*"]);
  });
  return uses;
};

const importedNames = (clause: ts.ImportClause | undefined): string[] => {
  if (clause === undefined) return [];
  const { name, namedBindings } = clause;
  const own = name === undefined ? [] : ["default"];
  if (namedBindings === undefined) return own;
  if (ts.isNamespaceImport(namedBindings)) return [...own, "*"];
  return [...own, ...namedBindings.elements.map((each) => (each.propertyName ?? each.name).text)];
};

const firstOf = (name: ts.EntityName): ts.Identifier => (ts.isIdentifier(name) ? name : firstOf(name.left));

interface Export {
  readonly name: string;
  readonly node: ts.Node;
}

const exportsOf = (source: ts.SourceFile): Export[] => source.statements.flatMap((statement) => exportedBy(statement));

const exportedBy = (statement: ts.Statement): Export[] => {
  if (ts.isExportAssignment(statement)) return [{ name: "default", node: statement }];
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
    return exportClause.elements.map((node) => ({ name: node.name.text, node }));
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return [{ name: "default", node: statement }];
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => namesIn(name));
  const { name } = statement as ts.DeclarationStatement;
  return name === undefined ? [] : [{ name: name.text, node: statement }];
};

const namesIn = (name: ts.BindingName): Export[] =>
  ts.isIdentifier(name)
    ? [{ name: name.text, node: name }]
    : name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));

runAsScript(import.meta.url, "exports", exportProblems);
