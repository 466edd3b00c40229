import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const peersDir = join(repositoryRoot, "bench", "peers");

/** Where `--install` puts environments and builds: outside the tree. */
const scratchDir = process.env["RIPOSTE_PEERS_DIR"] ?? join(tmpdir(), "riposte-peers");

/** A system that can be timed: how to start it on a data file, or what to do to get it. */
export interface Peer {
  readonly name: string;
  /** A quarter of a minute or more a run: only with `--slow` or by name. */
  readonly slow: boolean;
  /** The command line, or undefined where it is not installed. */
  readonly command: (dataFile: string) => readonly string[] | undefined;
  readonly howToGet: string;
  /** Commands that install it, in order; absent where there is nothing to install. */
  readonly install?: () => readonly (readonly string[])[];
}

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: "ignore" }).status === 0;

const pythonOf = (venv: string): string =>
  process.platform === "win32" ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");

const hasModule = (python: string, module: string): boolean =>
  runs(python, "-c", `import importlib.util as u, sys; sys.exit(u.find_spec("${module}") is None)`);

interface PythonPeer {
  readonly name: string;
  readonly script: string;
  readonly module: string;
  readonly requirements: readonly string[];
  readonly minVersion: readonly [major: number, minor: number];
  readonly slow?: boolean;
}

/** A peer in Python. Each has an environment of its own, because they disagree on the versions of what they share. */
const pythonPeer = ({ name, script, module, requirements, minVersion, slow = false }: PythonPeer): Peer => {
  const venv = join(scratchDir, "venv", name);
  const version = minVersion.join(".");
  const candidates = [...(process.env["RIPOSTE_PEERS_PYTHON"] ?? "").split(delimiter), pythonOf(venv)].filter((p) => p !== "");
  return {
    name,
    slow,
    command: (dataFile) => {
      const python = candidates.find((candidate) => hasModule(candidate, module));
      return python === undefined ? undefined : [python, join(peersDir, script), dataFile];
    },
    howToGet: `--install with Python ${version} or newer on PATH, or name interpreters that import ${module} in RIPOSTE_PEERS_PYTHON`,
    install: () => {
      const python = ["python3", "python3.13", "python3.12", "python3.11", "python"].find((candidate) =>
        runs(candidate, "-c", `import sys; sys.exit(sys.version_info < (${minVersion.join(", ")}))`),
      );
      if (python === undefined) throw new Error(`no Python ${version} or newer on PATH`);
      return [
        [python, "-m", "venv", venv],
        [pythonOf(venv), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...requirements],
      ];
    },
  };
};

const barter = (): Peer => {
  const target = process.env["CARGO_TARGET_DIR"] ?? join(scratchDir, "barter-target");
  const binary = join(target, "release", process.platform === "win32" ? "riposte-peer-barter.exe" : "riposte-peer-barter");
  return {
    name: "barter-rs",
    slow: false,
    command: (dataFile) => (existsSync(binary) ? [binary, dataFile] : undefined),
    howToGet: "--install with cargo on PATH (built with Rust 1.95); CARGO_TARGET_DIR, where set, is where the build is looked for",
    install: () => {
      if (!runs("cargo", "--version")) throw new Error("no cargo on PATH");
      const manifest = join(peersDir, "barter", "Cargo.toml");
      return [["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", manifest, "--target-dir", target]];
    },
  };
};

const nodeScript = (name: string, script: string, howToGet: string): Peer => ({
  name,
  slow: false,
  command: (dataFile) =>
    existsSync(join(repositoryRoot, script)) ? [process.execPath, "--import", "./bin/loader.mjs", script, dataFile] : undefined,
  howToGet,
});

// With pandas 3 its bar wrangler meets read-only buffers.
const NAUTILUS = ["nautilus_trader==1.231.0", "pandas<3"];

/** Every system of the comparison, in the order of a round. */
export const peers: readonly Peer[] = [
  nodeScript("Riposte", "bench/emaCross.ts", "bench/emaCross.ts is not in this checkout"),
  nodeScript("bare loop", "bench/peers/bareLoop.ts", "bench/peers/bareLoop.ts is not in this checkout"),
  pythonPeer({ name: "vectorbt", script: "vectorbt.py", module: "vectorbt", requirements: ["vectorbt==1.2.0"], minVersion: [3, 11] }),
  barter(),
  pythonPeer({
    name: "backtesting.py",
    script: "backtesting_py.py",
    module: "backtesting",
    requirements: ["backtesting==0.6.6"],
    minVersion: [3, 11],
  }),
  pythonPeer({
    name: "nautilus_trader",
    script: "nautilus.py",
    module: "nautilus_trader",
    requirements: NAUTILUS,
    minVersion: [3, 12],
    slow: true,
  }),
  pythonPeer({
    name: "jesse",
    script: "jesse.py",
    module: "jesse",
    requirements: ["jesse==3.5.3", "jesse-rust"],
    minVersion: [3, 12],
    slow: true,
  }),
];

/** Those whose order book is timed by bench/book.ts; the data file is a capture. */
export const bookPeers: readonly Peer[] = [
  pythonPeer({
    name: "nautilus_trader",
    script: "nautilus_book.py",
    module: "nautilus_trader",
    requirements: NAUTILUS,
    minVersion: [3, 12],
  }),
  pythonPeer({
    name: "hftbacktest",
    script: "hftbacktest_book.py",
    module: "hftbacktest",
    requirements: ["hftbacktest==2.4.4"],
    minVersion: [3, 12],
  }),
];
