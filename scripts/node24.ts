import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./sourceTree.ts";

/**
 * Prints the path of a Node 24 binary on stdout. Unless this is one, it comes from npm: the package `node` has only an install
 * script that fetches the package of the platform, and scripts may be switched off, so that package is installed directly.
 */
const MAJOR = "24";

const installed = (): string => {
  const folder = join(ROOT, "node_modules/.cache/node24");
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const binary = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) {
    const args = ["install", "--no-save", "--no-package-lock", "--ignore-scripts", "--prefix", folder, `${name}@${MAJOR}`];
    execFileSync("npm", args, { stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  }
  return binary;
};

const majorOf = (version: string): string | undefined => /^v?(\d+)\./.exec(version)?.[1];

const binary = majorOf(process.version) === MAJOR ? process.execPath : installed();
const version = execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
if (majorOf(version) !== MAJOR) throw new Error(`${binary} is Node ${version}, wanted ${MAJOR}`);
console.error(`Node ${version}`);
console.log(binary);
