import { spawnSync } from "node:child_process";
import type { Peer } from "./registry.ts";

/** Runs a peer's install commands in order, each with its output on standard error; says one line where one fails. */
export const installPeer = (peer: Peer, say: (text: string) => void): void => {
  try {
    for (const [command, ...args] of peer.install?.() ?? []) {
      say(`${peer.name}: ${command} ${args.join(" ")}`);
      const { status } = spawnSync(command!, args, { stdio: ["ignore", 2, 2] });
      if (status !== 0) throw new Error(`${command} ended with ${status}`);
    }
  } catch (error) {
    say(`${peer.name}: not installed: ${(error as Error).message}`);
  }
};
