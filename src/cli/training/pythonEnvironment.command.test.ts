import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pythonEnvironment } from "./pythonEnvironment.ts";
import { runProgram } from "./runProgram.ts";
import { scriptFile } from "./testing/scriptFile.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-python-"));
});
afterEach(() => rm(dir, { recursive: true }));

/** A shell script that stands in for Python; `install`: what its pip does. */
const pythonThat = (install: string): string => {
  const path = join(dir, "python");
  const venv = `mkdir -p "$3/bin" && cp "$0" "$3/bin/python"`;
  scriptFile(path, ['case "$1 $2" in', `"-m venv") ${venv};;`, `"-m pip") echo x >>'${dir}/installs'; ${install};;`, "esac"]);
  return path;
};

const context = (python: string) => ({
  env: { ...process.env, RIPOSTE_PYTHON: python },
  log: () => undefined,
  signal: new AbortController().signal,
});
const installs = (): number => (existsSync(join(dir, "installs")) ? 1 : 0);

describe("the environment of the trainer", () => {
  test("is made once for a lock, and used again", async () => {
    const python = pythonThat("true");
    const made = await pythonEnvironment(join(dir, "envs"), context(python));
    expect(made).toBe(join(dir, "envs", readdirSync(join(dir, "envs"))[0] ?? "", "bin/python"));
    await rm(join(dir, "installs"));
    expect(await pythonEnvironment(join(dir, "envs"), context("/nowhere/python"))).toBe(made);
    expect(installs()).toBe(0);
  });

  test("is made again when its packages did not come, and the message holds pip's last line and what to do", async () => {
    const failing = pythonThat("echo 'no route to host' >&2; exit 1");
    await expect(pythonEnvironment(join(dir, "envs"), context(failing))).rejects.toThrow(/no route to host\): .*PIP_INDEX_URL/);
    const python = pythonThat("true");
    expect(existsSync(await pythonEnvironment(join(dir, "envs"), context(python)))).toBe(true);
  });

  test("says how where there is no Python", async () => {
    await expect(pythonEnvironment(join(dir, "envs"), context("/nowhere/python"))).rejects.toThrow(
      /needs Python 3\.11 or later, and \/nowhere\/python is .*apt-get install python3-venv.*RIPOSTE_PYTHON/,
    );
  });
});

describe("a program", () => {
  const run = async (script: string, stop = new AbortController()) => {
    const lines: string[] = [];
    const code = await runProgram("/bin/sh", ["-c", script], {
      ...{ env: process.env, signal: stop.signal },
      onLine: (line, from) => {
        lines.push(`${from} ${line}`);
        if (line === "started") stop.abort();
      },
    });
    return { lines, code };
  };
  test("hands its lines on, the last one without an end too, and its exit code", async () => {
    expect(await run("echo a; printf b; exit 3")).toEqual({ lines: ["out a", "out b"], code: 3 });
    expect((await run("echo e >&2")).lines).toEqual(["err e"]);
  });
  test("gets the interrupt, and may end in its own way", async () => {
    expect(await run("trap 'echo kept; exit 130' INT; echo started; while :; do sleep 0.05; done")).toEqual({
      lines: ["out started", "out kept"],
      code: 130,
    });
  });
  test("that is not there has no exit code", async () => {
    expect(await runProgram("/nowhere/program", [], { env: {}, signal: new AbortController().signal, onLine: () => undefined })).toBeNull();
  });
});
