import ts from "typescript";
import { isPure, isTypeScript, parse, placeOf, runAsScript, walk } from "./sourceTree.ts";
import type { SourceFile } from "./sourceTree.ts";

const CLOCK = "time comes from the line (knownAtMs, timer events)";
const RANDOM = "randomness enters at the edge, as data";
const TIMERS = "operators never schedule; timers are events";
const EDGE = "I/O happens at the edge; pass in what is needed";

/** Globals that pure code may not name. */
const GLOBALS: Readonly<Record<string, string>> = {
  performance: CLOCK,
  setTimeout: TIMERS,
  setInterval: TIMERS,
  setImmediate: TIMERS,
  queueMicrotask: TIMERS,
  console: EDGE,
  process: EDGE,
  fetch: EDGE,
  WebSocket: EDGE,
  Worker: EDGE,
  Buffer: EDGE,
  require: EDGE,
  crypto: RANDOM,
  globalThis: EDGE,
};

const MEMBERS: Readonly<Record<string, string>> = {
  "Date.now": CLOCK,
  "Math.random": RANDOM,
  "Math.pow": "differs by an ulp between Node versions; multiply, or use Math.exp and Math.log",
};

/**
 * One line for every call that pure code may not make (docs/architecture.md#the-one-principle), and, in any code, for every error
 * that is swallowed. It reads the syntax tree, so names in comments and strings are fine.
 */
export const callProblems = (files: readonly SourceFile[]): string[] => files.filter(isTypeScript).flatMap(problemsOf);

const problemsOf = (file: SourceFile): string[] => {
  const source = parse(file);
  const pure = isPure(file.path);
  const own = pure ? declaredNames(source) : new Set<string>();
  const problems: string[] = [];
  walk(source, (node) => {
    const problem = swallowed(node, pure) ?? (pure ? impure(node, own) : undefined);
    if (problem !== undefined) problems.push(`${placeOf(source, node)}: ${problem}`);
  });
  return problems;
};

const impure = (node: ts.Node, own: ReadonlySet<string>): string | undefined => {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const power = kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
    return power ? `** ${MEMBERS["Math.pow"] ?? ""}` : undefined;
  }
  if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && ts.isIdentifier(node.expression) && node.expression.text === "Date") {
    return `Date: ${CLOCK}`;
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const member = `${node.expression.text}.${node.name.text}`;
    return Object.hasOwn(MEMBERS, member) ? `${member}: ${MEMBERS[member] ?? ""}` : undefined;
  }
  if (ts.isStringLiteral(node) && node.text.startsWith("node:") && isSpecifier(node)) return `${node.text}: ${EDGE}`;
  if (ts.isIdentifier(node) && Object.hasOwn(GLOBALS, node.text) && !own.has(node.text) && isReference(node)) {
    return `${node.text}: ${GLOBALS[node.text] ?? ""}`;
  }
  return undefined;
};

const swallowed = (node: ts.Node, pure: boolean): string | undefined => {
  if (ts.isCatchClause(node) && node.block.statements.length === 0) return "empty catch: handle the error or let it through";
  if (!ts.isCallExpression(node)) return undefined;
  const [handler] = node.arguments;
  if (handler === undefined || !ts.isArrowFunction(handler)) return undefined;
  if (ts.isIdentifier(node.expression) && node.expression.text === "catchError") {
    const body = ts.isCallExpression(handler.body) ? handler.body.expression : handler.body;
    const swallows = ts.isIdentifier(body) && ["EMPTY", "NEVER", "of", "empty"].includes(body.text);
    return swallows && handler.parameters.length === 0 ? "catchError that forgets the error" : undefined;
  }
  const isCatch = ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "catch";
  return isCatch && isNothing(handler.body, pure) ? "catch that forgets the error: handle it or let it through" : undefined;
};

/** At the edges `() => undefined` may say that an error is reported elsewhere; an empty block says nothing anywhere. */
const isNothing = (body: ts.ConciseBody, pure: boolean): boolean =>
  ts.isBlock(body) ? body.statements.length === 0 : pure && ts.isIdentifier(body) && body.text === "undefined";

const isSpecifier = (node: ts.StringLiteral): boolean =>
  ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent) || ts.isCallExpression(node.parent);

/** Whether an identifier stands for a variable, and is not the name of a member, a key or a type. */
const isReference = (node: ts.Identifier): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent) || ts.isTypeElement(parent) || ts.isClassElement(parent)) return false;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return !ts.isImportSpecifier(parent) && !ts.isExportSpecifier(parent);
};

/** Names that the file declares itself: they hide the globals. */
const declaredNames = (source: ts.SourceFile): Set<string> => {
  const names = new Set<string>();
  walk(source, (node) => {
    const declares = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node) || ts.isImportSpecifier(node);
    if ((declares || ts.isFunctionDeclaration(node)) && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
};

runAsScript(import.meta.url, "banned calls", callProblems);
