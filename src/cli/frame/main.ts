import { SettingError } from "../../domain/settingError.ts";
import { tooManyFiles } from "../../domain/tooManyFiles.ts";
import { UserError } from "../../domain/units.ts";
import { nowMs } from "../../engine/clock.ts";
import { systemProblem } from "../../store/output/outputError.ts";
import { ownSignals } from "../watchdog/ownSignals.ts";
import { didYouMean } from "../../domain/nearestName.ts";
import type { CommandContext, OptionValues } from "./command.ts";
import { RefusalWith } from "./command.ts";
import { parseCommandLine } from "./commandLine.ts";
import { COMMANDS } from "../commands.ts";
import type { CommandEntry } from "../commands.ts";
import { environment } from "./environment.ts";
import { commandHelp, HELP_COLUMNS, overview } from "./help.ts";
import { laterMistake, toldErrors } from "../members/laterMistake.ts";
import { programVersion } from "../programVersion.ts";
import { progressMeter, silentProgress } from "./progress.ts";

/** What the frame needs of the process; tests pass their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly commands: readonly CommandEntry[];
  readonly stderrIsTty: boolean;
  readonly stderrColumns: number;
  /** Columns of the help; absent: as many as look well. */
  readonly columns?: number | undefined;
  stdout(text: string): void;
  stderr(text: string): void;
  nowMs(): number;
  /** Aborts when the user stops the run, and after an error that nothing awaits. The reason is the signal's name, or the error. */
  readonly stop: AbortSignal;
}

/** npm hands a terminal's Ctrl-C on to a child that has it already: signals this close together are one. */
const SAME_SIGNAL_MS = 500;
const SIGNAL_EXIT_CODES: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Runs one command line (without node and script) and resolves to the exit code. Never rejects. */
export const runCommandLine = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const meter = { clear: (): void => undefined };
  try {
    const code = await dispatch(args, terminal, meter);
    return stopCode(terminal.stop) ?? code;
  } catch (thrown) {
    meter.clear();
    const error = asUserError(thrown);
    const stopped = stopCode(terminal.stop);
    // The failure was reported when it happened.
    if (terminal.stop.reason instanceof Error) return 1;
    if (stopped !== undefined && isAbort(error, terminal.stop)) terminal.stderr("riposte: stopped\n");
    else terminal.stderr(messageOf(error, terminal.env));
    return stopped ?? (error instanceof UserError ? error.exitCode : 1);
  }
};

const dispatch = async (args: readonly string[], terminal: Terminal, meter: { clear: () => void }): Promise<number> => {
  const [name, ...rest] = args;
  const columns = terminal.columns ?? HELP_COLUMNS;
  if (name === undefined) {
    terminal.stderr(overview(terminal.commands, columns));
    return 2;
  }
  if (name === "--version" || name === "version") {
    terminal.stdout(`${programVersion()}\n`);
    return 0;
  }
  const asksForHelp = name === "--help" || name === "-h" || name === "help";
  if (asksForHelp && rest[0] === undefined) {
    terminal.stdout(overview(terminal.commands, columns));
    return 0;
  }
  const command = await commandNamed(asksForHelp ? (rest[0] as string) : name, terminal.commands).load();
  const parsed = parseCommandLine(command.name, command.options, asksForHelp ? ["--help"] : rest, command.words !== undefined);
  if (parsed.help) {
    terminal.stdout(commandHelp(command, columns));
    return 0;
  }
  const context = contextOf(terminal, parsed.json, meter);
  const document = (content: unknown): void => {
    meter.clear();
    if (parsed.json) terminal.stdout(`${JSON.stringify(content ?? null, null, 2)}\n`);
  };
  try {
    document(await command.run(parsed.options, context, parsed.words));
  } catch (error) {
    if (error instanceof RefusalWith) document(error.document);
    throw await wrongUsage(error, parsed.options);
  }
  return 0;
};

/** A setting that cannot be used is wrong usage where it was typed, whatever found it. */
const wrongUsage = async (error: unknown, options: OptionValues): Promise<unknown> => {
  if (!(error instanceof SettingError)) return error;
  // Loaded when it is needed: the schema of the config takes longer than all else that every command line needs.
  const { wasTyped } = await import("../configOptions.ts");
  return error.paths.some((path) => wasTyped(options, path)) ? new UserError(error.message, 2) : error;
};

const contextOf = (terminal: Terminal, json: boolean, meter: { clear: () => void }): CommandContext => {
  const progress =
    json && !terminal.stderrIsTty
      ? silentProgress
      : progressMeter({
          isTty: terminal.stderrIsTty,
          columns: terminal.stderrColumns,
          write: (text) => {
            terminal.stderr(text);
          },
          nowMs: () => terminal.nowMs(),
        });
  meter.clear = () => {
    progress.clear();
  };
  const write = (stream: "stdout" | "stderr", text: string): void => {
    progress.clear();
    terminal[stream](printable(text.endsWith("\n") ? text : `${text}\n`));
  };
  return {
    log: (line) => {
      write("stderr", line);
    },
    print: (text) => {
      write(json ? "stderr" : "stdout", text);
    },
    progress: (label, done, total) => {
      progress.update(label, done, total);
    },
    signal: terminal.stop,
    json,
    env: terminal.env,
  };
};

const commandNamed = (name: string, commands: readonly CommandEntry[]): CommandEntry => {
  const entry = commands.find((command) => command.name === name);
  if (entry !== undefined) return entry;
  const names = commands.map((command) => command.name);
  const hint = didYouMean(name, names) || ` (there are: ${names.join(", ")})`;
  throw new UserError(`there is no ${name.startsWith("-") ? "option" : "command"} ${name}${hint}; see riposte --help`, 2);
};

/** The system's limit on open files is never a bug of the program, wherever it is met. */
const asUserError = (error: unknown): unknown =>
  ["EMFILE", "ENFILE"].includes(String((error as NodeJS.ErrnoException | undefined)?.code)) ? tooManyFiles() : error;

/** One line. With `RIPOSTE_DEBUG=1` the stack follows if it is not the user's mistake. */
const messageOf = (error: unknown, env: Terminal["env"]): string => {
  const message = error instanceof Error ? error.message : String(error);
  const line = `riposte: ${printable(message.replaceAll(/\s*\n\s*/g, " "))}\n`;
  if (error instanceof UserError) return line;
  if (env["RIPOSTE_DEBUG"] === "1") return `${line}${error instanceof Error ? (error.stack ?? "") : ""}\n`;
  return `${line.trimEnd()} (not a mistake of yours; RIPOSTE_DEBUG=1 shows where)\n`;
};

/** Text of files and servers without the control characters that could write to the terminal. */
const printable = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");

const stopCode = (stop: AbortSignal): number | undefined => {
  if (!stop.aborted) return undefined;
  return stop.reason instanceof Error ? 1 : (SIGNAL_EXIT_CODES[String(stop.reason)] ?? 130);
};

/** Whether the error is only the stop on its way up: the reason itself, or the abort error that Node makes of it. */
const isAbort = (error: unknown, stop: AbortSignal): boolean =>
  error === stop.reason || (error instanceof Error && error.name === "AbortError");

/** `COLUMNS`, else the terminal's width where it is narrower than the help likes. */
const columnsOf = (env: Terminal["env"]): number | undefined => {
  const asked = Number(env["COLUMNS"]);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return process.stdout.isTTY ? Math.min(process.stdout.columns, HELP_COLUMNS) : undefined;
};

/** Time for a command to end by itself after an error that nothing awaits. */
const FAILED_MS = 10_000;

/**
 * The process's own frame: the first SIGINT or SIGTERM asks the command to stop and keep what it has, the second one
 * kills. A reader that closes the pipe early (`| head`) ends the run quietly.
 */
export const main = async (): Promise<void> => {
  const stop = new AbortController();
  const env = environment(process.env, ".env", (line) => process.stderr.write(`${line}\n`));
  let stoppedMs = Infinity;
  ownSignals.handled = true;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (stop.signal.aborted && nowMs() - stoppedMs < SAME_SIGNAL_MS) return;
      if (stop.signal.aborted) process.exit(SIGNAL_EXIT_CODES[name]);
      stoppedMs = nowMs();
      process.stderr.write("\nriposte: stopping; once more to kill\n");
      stop.abort(name);
    });
  }
  // A file that grows beyond `ulimit -f` is then an error of that write, with its one line, instead of the end of the process.
  process.on("SIGXFSZ", () => undefined);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      if (stream === process.stdout) process.stderr.write(`riposte: cannot write the output: ${systemProblem(error) ?? error.message}\n`);
      process.exit(1);
    });
  }
  // An error of a module's promise or callback, or a bug: report it at once and end as at Ctrl-C, so that nothing half-done stays.
  for (const name of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(name, (reason: unknown) => {
      const error = reason instanceof Error ? reason : new Error(String(reason));
      if (stop.signal.reason instanceof Error || toldErrors.has(error)) return;
      process.stderr.write(messageOf(laterMistake(error), env));
      process.exitCode = 1;
      stop.abort(error);
      setTimeout(() => process.exit(1), FAILED_MS).unref();
    });
  }
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    env,
    columns: columnsOf(env),
    commands: COMMANDS,
    stderrIsTty: process.stderr.isTTY,
    stderrColumns: process.stderr.columns,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    nowMs,
    stop: stop.signal,
  });
};
