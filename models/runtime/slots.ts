/** Rows of one run of a network. A kernel may treat a row otherwise in a run of another size, so every run has this many. */
export const BLOCK_ROWS = 8;
const REQUEST_BYTES_MAX = 4 << 20;
const REQUEST_ROWS_MAX = 4096;
const MESSAGE_BYTES = 1024;

/** Words of the control block. Only the line writes `request` and `rows`, only the thread the others. */
export const Word = {
  /** Number of the newest request, from 1. */
  request: 0,
  /** Rows of it. */
  rows: 1,
  /** Number of the newest request that is answered. */
  answer: 2,
  /** 1: that answer is an error, which stands in `message`. */
  failed: 3,
  /** Of the thread, in the numbers of `ThreadState`. */
  state: 4,
  messageBytes: 5,
  /** Rises with every change of the three above; the line waits for it. */
  news: 6,
} as const;
const WORDS = 8;

export const ThreadState = { starting: 0, ready: 1, over: 2 } as const;

/** Sizes of what goes to a network and comes back. */
export interface NetworkShape {
  /** Bars of an input. */
  readonly window: number;
  /** Numbers of a bar. */
  readonly width: number;
  /** Raw scores of a row. */
  readonly outputs: number;
}

/** Memory that the line and the thread share: one request at a time, and its answer. */
export interface Slots {
  readonly rowsMax: number;
  readonly control: Int32Array;
  readonly message: Uint8Array;
  /** `[rowsMax, window, width]` float32, row-major. */
  readonly input: Float32Array;
  /** `[rowsMax, outputs]` float32, row-major. */
  readonly output: Float32Array;
}

/** Slots for as many rows as fit into 4 MiB: whole blocks, 4096 rows at most. */
export const slotsOf = ({ window, width, outputs }: NetworkShape): Slots => {
  const fitting = Math.floor(REQUEST_BYTES_MAX / (4 * window * width * BLOCK_ROWS)) * BLOCK_ROWS;
  const rowsMax = Math.min(REQUEST_ROWS_MAX, Math.max(BLOCK_ROWS, fitting));
  return {
    rowsMax,
    control: new Int32Array(new SharedArrayBuffer(4 * WORDS)),
    message: new Uint8Array(new SharedArrayBuffer(MESSAGE_BYTES)),
    input: new Float32Array(new SharedArrayBuffer(4 * rowsMax * window * width)),
    output: new Float32Array(new SharedArrayBuffer(4 * rowsMax * outputs)),
  };
};
