import type { RunFile } from "../runFile.ts";
import { RUN_LAYOUT } from "../runFile.ts";
import { runId } from "../runId.ts";

const FIRST_MS = Date.UTC(2024, 0, 1);
const CONFIG_SHA256 = "0123456789abcdef".repeat(4);

/** A finished run that never was: the `index`-th of a series, each a minute after the one before. */
export const sampleRun = (index: number, changes: Partial<RunFile> = {}): RunFile => {
  const startedMs = FIRST_MS + index * 60_000;
  const name = changes.name ?? "default";
  return {
    layout: RUN_LAYOUT,
    id: runId(startedMs, name, CONFIG_SHA256),
    name,
    kind: "backtest",
    status: "done",
    problem: null,
    note: "",
    pinned: false,
    startedAt: new Date(startedMs).toISOString(),
    endedAt: new Date(startedMs + 2000).toISOString(),
    process: null,
    folder: null,
    command: "riposte backtest",
    symbols: ["BTCUSDT"],
    from: "2023-01-01T00:00:00Z",
    to: "2024-01-01T00:00:00Z",
    data: { kind: "stored", source: "history" },
    code: "v0.1.0",
    hashes: { config: CONFIG_SHA256, data: "d", decisions: "e", modules: {} },
    figures: { totalReturn: 0.01 * index, sharpe: 1, maxDrawdown: -0.1, trades: 7 },
    config: { name, symbols: ["BTCUSDT"] },
    ...changes,
  };
};
