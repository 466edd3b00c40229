"use strict";
// The thread that owns a session of onnxruntime-node. Plain CommonJS: it needs no loader. What it shares with the line stands in slots.ts.
const { workerData } = require("node:worker_threads");
const { library, model, shape, blockRows, word, state, control, message, input, output } = workerData;
const { window, width, outputs } = shape;

// One thread that does not spin, so that a replay adds in the same order on every machine with such a processor. The binding wants texts.
const OPTIONS = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } },
};
/** A wait ends now and then, so that the thread can be told to stop whatever happens. */
const IDLE_MS = 1000;

const tell = (at, value) => {
  Atomics.store(control, at, value);
  Atomics.add(control, word.news, 1);
  Atomics.notify(control, word.news);
};
const complain = (error) => {
  const text = Buffer.from(String(error?.message ?? error).replace(/\s+/g, " ")).subarray(0, message.length);
  message.set(text);
  Atomics.store(control, word.messageBytes, text.length);
};
process.on("exit", () => tell(word.state, state.over));

const started = async () => {
  const { InferenceSession, Tensor } = require(library);
  const session = await InferenceSession.create(model, OPTIONS);
  const [inputName, outputName] = [session.inputNames[0], session.outputNames[0]];
  if (session.inputNames.length !== 1 || session.outputNames.length !== 1)
    throw new Error(`it has ${session.inputNames.length} inputs and ${session.outputNames.length} outputs, and one of each is wanted`);
  // Private memory: a run refuses a tensor over shared memory.
  const block = new Float32Array(blockRows * window * width);
  const feeds = { [inputName]: new Tensor("float32", block, [blockRows, window, width]) };
  const run = async () => (await session.run(feeds))[outputName];
  const { type, dims } = await run();
  if (type !== "float32" || dims.join() !== [blockRows, outputs].join())
    throw new Error(`it gives ${type} [${dims.join(", ")}] for ${blockRows} rows, and float32 [${blockRows}, ${outputs}] is wanted`);
  return { block, run };
};

/** Runs the newest request, block by block; rows of before fill up the last one. A newer one ends it: nobody waits for it any more. */
const answered = async ({ block, run }, request) => {
  const rows = Atomics.load(control, word.rows);
  for (let row = 0; row < rows; row += blockRows) {
    const inside = Math.min(blockRows, rows - row) * window * width;
    block.set(input.subarray(row * window * width, row * window * width + inside));
    if (Atomics.load(control, word.request) !== request) return false;
    const { data } = await run();
    output.set(data.subarray(0, Math.min(blockRows, rows - row) * outputs), row * outputs);
  }
  return true;
};

const serve = async () => {
  const session = await started();
  tell(word.state, state.ready);
  let seen = 0;
  for (;;) {
    const request = Atomics.load(control, word.request);
    if (request === seen) {
      if (Atomics.wait(control, word.request, seen, IDLE_MS) === "timed-out") await new Promise(setImmediate);
      continue;
    }
    seen = request;
    let failed = 0;
    try {
      if (!(await answered(session, request))) continue;
    } catch (error) {
      complain(error);
      failed = 1;
    }
    Atomics.store(control, word.failed, failed);
    tell(word.answer, request);
  }
};

serve().catch((error) => {
  complain(error);
  tell(word.state, state.over);
});
