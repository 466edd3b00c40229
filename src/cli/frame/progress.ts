interface ProgressSink {
  readonly isTty: boolean;
  readonly columns: number;
  write(text: string): void;
  nowMs(): number;
}

interface ProgressMeter {
  /** States how far the work named `label` is. A new label, or `done` falling back, begins a new piece of work. */
  update(label: string, done: number, total: number): void;
  /** Takes the bar off the screen before other text is written; the next update draws it again. */
  clear(): void;
}

const REDRAW_MS = 100;
const SPARSE_MS = 5_000;
const SPARSE_SHARE = 0.1;
const BAR_WIDTH = 24;

/** Shows nothing. */
export const silentProgress: ProgressMeter = { update: () => undefined, clear: () => undefined };

/**
 * Progress with rate and time left. On a terminal one line is redrawn at most every 100 ms; elsewhere a line is written
 * when at least 10 % and 5 s have passed since the last one. The last update of a piece of work (`done` = `total`) is always
 * shown on a terminal, and elsewhere when the work had been shown at all.
 */
export const progressMeter = (sink: ProgressSink): ProgressMeter => {
  let work = { label: "", startMs: 0, startDone: 0, done: 0, shownMs: 0, shownDone: 0, shown: false, finished: true };
  let drawn = false;
  const clear = (): void => {
    if (drawn) sink.write("\r\u001b[2K");
    drawn = false;
  };
  return {
    clear,
    update(label, done, total) {
      const nowMs = sink.nowMs();
      if (label !== work.label || done < work.done) {
        work = {
          label,
          startMs: nowMs,
          startDone: done,
          done,
          shownMs: sink.isTty ? -Infinity : nowMs,
          shownDone: done,
          shown: false,
          finished: false,
        };
      }
      work.done = done;
      const last = done >= total;
      if (last && work.finished) return;
      const text = line(work, done, total, nowMs);
      if (sink.isTty) {
        if (!last && nowMs - work.shownMs < REDRAW_MS) return;
        sink.write(`\r\u001b[2K${text.slice(0, Math.max(20, sink.columns - 1))}${last ? "\n" : ""}`);
        drawn = !last;
      } else {
        const due = nowMs - work.shownMs >= SPARSE_MS && done - work.shownDone >= total * SPARSE_SHARE;
        if (!(due || (last && work.shown))) return;
        sink.write(`${text}\n`);
      }
      Object.assign(work, { shownMs: nowMs, shownDone: done, shown: true, finished: last });
    },
  };
};

const line = (work: { label: string; startMs: number; startDone: number }, done: number, total: number, nowMs: number): string => {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
  const seconds = (nowMs - work.startMs) / 1000;
  const perSecond = seconds > 0 ? (done - work.startDone) / seconds : 0;
  const left = perSecond > 0 && done < total ? `, ${duration((total - done) / perSecond)} left` : "";
  const rate = perSecond > 0 ? `, ${quantity(perSecond)}/s` : "";
  const filled = Math.round(share * BAR_WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return `${work.label} ${bar} ${percent} (${quantity(done)} of ${quantity(total)}${rate}${left})`;
};

/** `950`, `12.3 k`, `1.05 M`. */
const quantity = (value: number): string => {
  if (value < 1000) return String(Math.round(value * 10) / 10);
  const [scaled, unit] = value < 1_000_000 ? [value / 1000, "k"] : value < 1e9 ? [value / 1e6, "M"] : [value / 1e9, "G"];
  return `${scaled.toPrecision(3)} ${unit}`;
};

const duration = (seconds: number): string => {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
