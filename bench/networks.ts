import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { NetworkPart } from "../models/runtime/networkPart.ts";
import { BLOCK_ROWS } from "../models/runtime/slots.ts";

/**
 * Microseconds a row of a network over windows: by onnxruntime in this process, in whole batches and in blocks of 8, and by the thread that
 * serves members. `npx tsx bench/networks.ts [FILE.onnx WINDOW WIDTH OUTPUTS]`; by default the network of the tests.
 */
interface Ort {
  readonly InferenceSession: { create(file: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => object;
}
interface Session {
  readonly inputNames: readonly string[];
  run(feeds: Readonly<Record<string, object>>): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
}

const [file = new URL("../test/fixtures/windowNetwork/model.onnx", import.meta.url), ...sizes] = process.argv.slice(2);
const [window = 32, width = 8, outputs = 4] = sizes.map(Number);
const model = new Uint8Array(readFileSync(file));
const size = window * width;
const SECONDS = 1.5;

const ort = createRequire(import.meta.url)("onnxruntime-node") as Ort;
const session = await ort.InferenceSession.create(model, {
  ...{ intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" },
  extra: { session: { intra_op: { allow_spinning: "0" } } },
});
const [name] = session.inputNames as [string];

const inProcess = async (input: Float32Array, rows: number): Promise<void> => {
  await session.run({ [name]: new ort.Tensor("float32", input, [rows, window, width]) });
};
const inBlocks = async (input: Float32Array, rows: number): Promise<void> => {
  const block = new Float32Array(BLOCK_ROWS * size);
  for (let row = 0; row < rows; row += BLOCK_ROWS) {
    block.set(input.subarray(row * size, Math.min(rows, row + BLOCK_ROWS) * size));
    await inProcess(block, BLOCK_ROWS);
  }
};
const part = new NetworkPart(model, { window, width, outputs });
const doubles = new Map<number, Float64Array>();
const inThread = (input: Float32Array, rows: number): Promise<void> => {
  const own = doubles.get(rows) ?? Float64Array.from(input);
  doubles.set(rows, own);
  const outcome = part.scores(own, rows, new Float64Array(rows * outputs));
  if (outcome !== "ok") throw new Error(`${outcome}: ${part.problem}`);
  return Promise.resolve();
};

const timesOf = async (call: (input: Float32Array, rows: number) => Promise<void>, rows: number): Promise<string> => {
  const input = Float32Array.from({ length: rows * size }, (_, i) => Math.sin(i));
  for (let i = 0; i < 3; i += 1) await call(input, rows);
  const times: number[] = [];
  for (const until = performance.now() + 1000 * SECONDS; performance.now() < until;) {
    const from = performance.now();
    await call(input, rows);
    times.push((1000 * (performance.now() - from)) / rows);
  }
  times.sort((a, b) => a - b);
  return `${(times[times.length >> 1] as number).toFixed(1)} (${(times[0] as number).toFixed(1)})`;
};

console.log("microseconds a row, median (least)\nrows\tprocess, whole\tprocess, blocks\tthread");
for (const rows of [1, 8, 64, 4096])
  console.log(`${rows}\t${await timesOf(inProcess, rows)}\t${await timesOf(inBlocks, rows)}\t${await timesOf(inThread, rows)}`);
await part.close();
