import { createWriteStream } from "node:fs";
import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../domain/units.ts";
import { failureOf, isPassing, Passing, QuestDbRefusal, unreachable } from "./failures.ts";
import type { QuestDbSettings } from "./settings.ts";
import { urlOf } from "./settings.ts";

export type SqlRow = readonly (string | number | boolean | null)[];

/** A server that has answered before may be restarting: it is asked again this long, since its start takes some 10 s. */
const PATIENCE_MS = 45_000;
/** Nothing heard for this long is a broken connection; the server's own queries end after 60 s. */
const SILENCE_MS = 90_000;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 1000;

interface Sent {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: readonly Buffer[];
  /** Where a successful answer's bytes go; absent: into `text`. */
  readonly file?: string;
}

/**
 * HTTP to one server over kept-alive sockets. A request that fails in a way that may pass (a connection cut, 429, 5xx) is
 * sent again with doubling waits up to a second, for 45 s; all requests here may be sent twice, because rows are keyed.
 * The first request of all is not repeated when nothing listens. What stays wrong is a `UserError` of one line.
 */
export class Connection {
  readonly shown: string;
  readonly settings: QuestDbSettings;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private readonly patienceMs: number;
  private answered = false;

  constructor(settings: QuestDbSettings, patienceMs = PATIENCE_MS) {
    this.settings = settings;
    this.shown = `QuestDB at ${urlOf(settings)}`;
    this.patienceMs = patienceMs;
  }

  /** Rows of a small query. A refusal (`QuestDbRefusal`) has the server's message. */
  async query(sql: string): Promise<readonly SqlRow[]> {
    const text = await this.patiently({ method: "GET", path: `/exec?query=${encodeURIComponent(sql)}` });
    try {
      return (JSON.parse(text) as { dataset?: readonly SqlRow[] }).dataset ?? [];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UserError(`what answers at ${urlOf(this.settings)} is no QuestDB: check data.questdb.host and data.questdb.httpPort`);
    }
  }

  /** Hands lines of one table to the server: with the answer they are in its log, all of them or none. Times are in ms. */
  async write(lines: readonly Buffer[]): Promise<void> {
    await this.patiently({ method: "POST", path: "/write?precision=ms", body: lines });
  }

  /** The result of a query as a Parquet file: uncompressed, because it is read once and deleted. */
  async exportParquet(sql: string, file: string): Promise<void> {
    const path = `/exp?fmt=parquet&compression_codec=uncompressed&query=${encodeURIComponent(sql)}`;
    await this.patiently({ method: "GET", path, file });
  }

  close(): void {
    this.agent.destroy();
  }

  private async patiently(sent: Sent): Promise<string> {
    const endMs = performance.now() + this.patienceMs;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        return await this.once(sent);
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        const nothingListens = !this.answered && error.reason.includes("ECONNREFUSED");
        if (nothingListens || performance.now() + waitMs > endMs) throw unreachable(this.settings, error.reason);
      }
      await sleep(waitMs);
    }
  }

  private async once(sent: Sent): Promise<string> {
    try {
      const answer = await this.send(sent);
      this.answered = true;
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300 && sent.file !== undefined) {
        await pipeline(answer, createWriteStream(sent.file));
        return "";
      }
      const text = await textOf(answer);
      if (status >= 200 && status < 300) return text;
      throw failureOf(this.settings, status, text);
    } catch (error) {
      if (error instanceof UserError || error instanceof Passing) throw error;
      if (isPassing(error)) throw new Passing(error.code);
      const { code, path } = error as NodeJS.ErrnoException;
      if (code === "ENOSPC")
        throw new UserError(`no space left for ${path ?? sent.file}: history from QuestDB passes through the temporary folder; set TMPDIR`);
      if (code !== undefined) throw unreachable(this.settings, code);
      throw error;
    }
  }

  private send({ method, path, body = [] }: Sent): Promise<IncomingMessage> {
    const { host, httpPort: port, user, password } = this.settings;
    const length = body.reduce((sum, chunk) => sum + chunk.length, 0);
    return new Promise((resolve, reject) => {
      const outgoing = request({
        ...{ host, port, method, path, agent: this.agent, timeout: SILENCE_MS },
        ...(user === undefined ? {} : { auth: `${user}:${password ?? ""}` }),
        headers: method === "POST" ? { "Content-Length": length } : {},
      });
      outgoing.on("timeout", () => outgoing.destroy(Object.assign(new Error("silent"), { code: "ETIMEDOUT" })));
      outgoing.on("error", reject);
      outgoing.on("response", resolve);
      if (method === "POST") Readable.from(body).pipe(outgoing);
      else outgoing.end();
    });
  }
}

const textOf = async (answer: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
};

/** Whether a query failed only because the table is not there. */
export const isMissingTable = (error: unknown): boolean => error instanceof QuestDbRefusal && error.said.includes("table does not exist");
