import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { ROOT } from "../../scripts/sourceTree.ts";
import type { SeedResult } from "../night/part.ts";
import type { PeerFill, PeerResult, PeerScenario } from "./scenario.ts";
import { peerScenario } from "./scenario.ts";

/** Scenarios of one seed: a peer needs seconds to start. */
const BATCH = 50;
const NEAR_USDT = 1e-5;
const REMEDY = "RIPOSTE_PEERS_PYTHON must name a Python that has test/peers/requirements.txt (docs/tests.md)";
const PEERS = ["backtesting_py.py", "nautilus.py"] as const;

/** A batch of scenarios by the desk and by other systems, where their rules are the same (docs/tests.md). Null: the signal ended it. */
export const comparePeers = async (seed: number, signal: AbortSignal): Promise<SeedResult | null> => {
  const made = Array.from({ length: BATCH }, (_, i) => ({ at: seed * BATCH + i, ...peerScenario(seed * BATCH + i) }));
  const scenarios = made.map(({ scenario }) => scenario);
  const problems: string[] = [];
  for (const script of PEERS) {
    const results = await answersOf(script, scenarios, signal);
    if (results === null) return null;
    for (const [i, { at, desk }] of made.entries()) {
      const problem = peerDifference(desk, results[i] as PeerResult);
      if (problem !== null) problems.push(`scenario ${at}, ${script}: ${problem}`);
    }
  }
  return { cases: BATCH * PEERS.length, problems };
};

/** The first fill or the equity in which they differ, in words; null: they agree. */
export const peerDifference = (desk: PeerResult, peer: PeerResult): string | null => {
  const [ours, theirs] = [desk, peer].map(({ fills }) => fills.map(inWords).sort()) as [string[], string[]];
  const at = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, i) => i).find((i) => ours[i] !== theirs[i]);
  if (at !== undefined) return `the desk has ${ours[at] ?? "no more fills"}, the peer ${theirs[at] ?? "no more fills"}`;
  const differs = !(Math.abs(desk.equityUsdt - peer.equityUsdt) <= NEAR_USDT);
  return differs ? `the equity is ${desk.equityUsdt} at the desk, ${peer.equityUsdt} at the peer` : null;
};

const inWords = ({ bar, direction, ticks, lots }: PeerFill): string =>
  `bar ${String(bar).padStart(3, "0")}: ${direction > 0 ? "buy" : "sell"} ${lots} @ ${ticks}`;

const answersOf = async (script: string, scenarios: readonly PeerScenario[], signal: AbortSignal): Promise<PeerResult[] | null> => {
  const python = (process.env["RIPOSTE_PEERS_PYTHON"] ?? "python3").split(delimiter)[0] as string;
  const { code, output, errors } = await ran(python, join(ROOT, "test/peers", script), JSON.stringify(scenarios), signal);
  if (signal.aborted) return null;
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${REMEDY}\n${errors.slice(-2000)}`);
  return JSON.parse(output) as PeerResult[];
};

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}
const ran = (command: string, script: string, input: string, signal: AbortSignal): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [script], { stdio: "pipe" });
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", ({ message }) => {
      reject(new Error(`${message}: ${REMEDY}`));
    });
    // A peer that ends early closes its input: its exit code says so.
    child.stdin.on("error", () => undefined);
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      resolve({ code, output, errors });
    });
    child.stdin.end(input);
  });
