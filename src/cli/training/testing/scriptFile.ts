import { execFileSync } from "node:child_process";

/**
 * Writes a program of the shell. Another process writes it: a file that this one has open for writing while a test beside this one starts a
 * process cannot be run (ETXTBSY).
 */
export const scriptFile = (path: string, lines: readonly string[]): void => {
  const input = ["#!/bin/sh", ...lines, ""].join("\n");
  execFileSync("/bin/sh", ["-c", 'cat >"$0" && chmod 755 "$0"', path], { input });
};
