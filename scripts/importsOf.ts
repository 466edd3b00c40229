import ts from "typescript";
import { walk } from "./sourceTree.ts";

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly node: ts.Node;
}

/** Imports, re-exports, `import()` and `import("…").Name` of a file, in their order. */
export const importsOf = (source: ts.SourceFile): Import[] => {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, node: ts.Node): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push({ specifier: specifier.text, typeOnly, node });
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword, node);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly, node);
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true, node);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false, node);
  });
  return found;
};
