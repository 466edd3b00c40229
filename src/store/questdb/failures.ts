import { UserError } from "../../domain/units.ts";
import type { QuestDbSettings } from "./settings.ts";
import { PASSWORD_VARIABLE, urlOf, USER_VARIABLE } from "./settings.ts";

/** The server understood the request and said no: `said` is its message. */
export class QuestDbRefusal extends UserError {
  readonly said: string;
  constructor(where: string, said: string) {
    super(`${where} refused a request: ${said}`);
    this.said = said;
  }
}

/** Something that may be over in a moment: a restart, a busy server, a connection cut. `reason` is for the last line. */
export class Passing extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

const PASSING_CODES = new Set(["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "ERR_STREAM_PREMATURE_CLOSE"]);

/** Whether a network error may be over in a moment. A name that does not exist stays so. */
export const isPassing = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && PASSING_CODES.has(String((error as NodeJS.ErrnoException).code));

/** One line about a network error, or about the last of several attempts. */
export const unreachable = (settings: QuestDbSettings, reason: string): UserError =>
  new UserError(
    `QuestDB does not answer at ${urlOf(settings)} (${reason}): start it (docker compose --profile questdb up -d questdb), ` +
      "or name another server with data.questdb.host and data.questdb.httpPort",
  );

/** Each column of each partition that has been read is a mapping; Linux allows a process 65,530 unless told otherwise. */
const TOO_MANY_MAPS = /could not mmap/i;
const FULL = /no space left|errno[:= \[]*28\b|disk (?:is )?full/i;

/** Turns an answer that is no success into the error to throw; `Passing` when another attempt may go better. */
export const failureOf = (settings: QuestDbSettings, status: number, text: string): Error => {
  const where = `QuestDB at ${urlOf(settings)}`;
  const said = messageIn(text);
  if (status === 401 || status === 403) {
    const who = settings.user === undefined ? "a request without a user" : `user ${settings.user} with this password`;
    return new UserError(
      `${where} refuses ${who}: set ${USER_VARIABLE} and ${PASSWORD_VARIABLE} to the server's http.user and http.password`,
    );
  }
  if (FULL.test(said)) return diskFull(settings, said);
  if (TOO_MANY_MAPS.test(said)) return tooManyMaps(settings, said);
  if (status === 429 || status >= 500) return new Passing(`it answered ${status}: ${said}`);
  if (status === 404 || said === "")
    return new UserError(`what answers at ${urlOf(settings)} is no QuestDB (${status}): check data.questdb.host and data.questdb.httpPort`);
  return new QuestDbRefusal(where, said);
};

const diskFull = (settings: QuestDbSettings, said: string): UserError =>
  new UserError(
    `the disk of QuestDB at ${urlOf(settings)} is full (${said}): free space there, then run the command again; what it had accepted stays`,
  );

/** The line for a table whose log the server has stopped applying. */
export const suspended = (settings: QuestDbSettings, table: string, said: string): UserError =>
  new UserError(
    `QuestDB at ${urlOf(settings)} has suspended table ${table}${said === "" ? "" : ` (${said})`}: mend the cause (mostly a full disk), ` +
      `then run ALTER TABLE ${table} RESUME WAL on the server and the command again`,
  );

/** The server's own words in a JSON answer, on one line and of bounded length. */
const tooManyMaps = (settings: QuestDbSettings, said: string): UserError =>
  new UserError(
    `QuestDB at ${urlOf(settings)} has more files open than its machine allows (${said}): run sysctl -w vm.max_map_count=1048576 there, ` +
      "restart the server and run the command again; nothing is lost",
  );

const messageIn = (text: string): string => {
  let said = text;
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    said = [error, message].find((words) => typeof words === "string") ?? text;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (/<html/i.test(text)) said = "";
  }
  return said.replaceAll(/\s+/g, " ").trim().slice(0, 300);
};
