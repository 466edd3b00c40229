import { spawn } from "node:child_process";

interface ProgramOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its working folder; left out: that of this process. */
  readonly cwd?: string;
  /** Sends SIGINT, so that the program can keep what is finished. */
  readonly signal: AbortSignal;
  /** A line of its standard output or of its errors. */
  readonly onLine: (line: string, from: "out" | "err") => void;
}

/** Exit code of a program; null: it could not be started, or a signal ended it. What the system said of the start is a line of errors. */
export const runProgram = (
  command: string,
  args: readonly string[],
  { signal, onLine, ...surroundings }: ProgramOptions,
): Promise<number | null> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { ...surroundings, stdio: ["ignore", "pipe", "pipe"] });
    const stop = (): void => {
      child.kill("SIGINT");
    };
    const ended = (code: number | null): void => {
      signal.removeEventListener("abort", stop);
      resolve(code);
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    linesOf(child.stdout, (line) => {
      onLine(line, "out");
    });
    linesOf(child.stderr, (line) => {
      onLine(line, "err");
    });
    child.on("error", ({ message }) => {
      onLine(message, "err");
      ended(null);
    });
    child.on("close", ended);
  });

const linesOf = (stream: NodeJS.ReadableStream, onLine: (line: string) => void): void => {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
};
