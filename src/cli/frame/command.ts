import { UserError } from "../../domain/units.ts";

/** A refusal that has found something out: with `--json` the document is printed all the same, and the exit code is that of the refusal. */
export class RefusalWith extends UserError {
  readonly document: unknown;
  constructor(message: string, document: unknown) {
    super(message);
    this.document = document;
  }
}

/** What the frame (`main.ts`) hands to a command: its only way to the terminal, the environment and Ctrl-C. */
export interface CommandContext {
  /** A line for the reader, on stderr. */
  log(line: string): void;
  /** Output of the command, on stdout; on stderr when `json` is set, where stdout carries the one document. */
  print(text: string): void;
  /** How far the work is; drawn at most a few times a second, so it may be called often. */
  progress(label: string, done: number, total: number): void;
  /** Aborts at the first Ctrl-C or SIGTERM: end cleanly and log what was kept. */
  signal: AbortSignal;
  json: boolean;
  env: Readonly<Record<string, string | undefined>>;
}

export interface OptionSpec {
  type: "string" | "boolean";
  /** May be given more than once: its value is an array. */
  multiple?: boolean;
  /** Placeholder in the help, e.g. `FILE`. */
  value?: string;
  help: string;
  /** Used when the option is absent, and shown in the help. */
  default?: string;
}

/** Values by option name, without the dashes; an absent option without default is undefined. */
export type OptionValues = Record<string, string | boolean | string[] | undefined>;

export interface Command {
  name: string;
  summary: string;
  options: Record<string, OptionSpec>;
  /** Words that belong to no option, as the help shows them: `A B …`. Absent: the command takes none. */
  words?: string;
  /** Resolves to what `--json` prints. User mistakes are thrown as `UserError`. */
  run(options: OptionValues, context: CommandContext, words?: readonly string[]): Promise<unknown>;
}
