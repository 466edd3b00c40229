import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

interface ServerOptions {
  readonly jar: string;
  /** Folder of the server's data; made when it is not there. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly httpPort?: number;
  readonly user?: string;
  readonly password?: string;
  /** More settings of the server, as `cairo.commit.mode` → `QDB_CAIRO_COMMIT_MODE`. */
  readonly env?: Readonly<Record<string, string>>;
}

const READY_MS = 120_000;

/** Small files, few threads and the loopback only; no telemetry, no other ports. A missing table or column is an error. */
const SETTINGS = {
  QDB_TELEMETRY_ENABLED: "false",
  QDB_PG_ENABLED: "false",
  QDB_LINE_TCP_ENABLED: "false",
  QDB_HTTP_MIN_ENABLED: "false",
  QDB_LINE_AUTO_CREATE_NEW_TABLES: "false",
  QDB_LINE_AUTO_CREATE_NEW_COLUMNS: "false",
  QDB_SHARED_WORKER_COUNT: "2",
  QDB_CAIRO_WRITER_DATA_INDEX_VALUE_APPEND_PAGE_SIZE: "256k",
  QDB_CAIRO_WRITER_DATA_INDEX_KEY_APPEND_PAGE_SIZE: "64k",
  QDB_CAIRO_WRITER_DATA_APPEND_PAGE_SIZE: "1m",
  QDB_CAIRO_O3_COLUMN_MEMORY_SIZE: "256k",
  QDB_CAIRO_MODEL_POOL_CAPACITY: "64",
  QDB_LOG_W_STDOUT_LEVEL: "ERROR",
};

/** A QuestDB server of our own on the loopback, in some 250 MB. It ends with `stop`, or with this process. */
export class QuestDbServer {
  readonly httpPort: number;
  private readonly options: ServerOptions;
  private child: ChildProcess | undefined;
  private said = "";
  private readonly onExit = (): void => {
    this.child?.kill("SIGKILL");
  };

  private constructor(options: ServerOptions, httpPort: number) {
    this.options = options;
    this.httpPort = httpPort;
  }

  /** Starts a server and waits until it answers. */
  static async start(options: ServerOptions): Promise<QuestDbServer> {
    const server = new QuestDbServer(options, options.httpPort ?? (await freePort()));
    await server.start();
    return server;
  }

  /** Starts it, or starts it again over the same data. */
  async start(): Promise<void> {
    const { jar, dataDir, user, password, env } = this.options;
    const login = user === undefined ? {} : { QDB_HTTP_USER: user, QDB_HTTP_PASSWORD: password ?? "" };
    const memory = ["-Xms32m", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
    const child = spawn("java", [...memory, "-p", jar, "-m", "io.questdb/io.questdb.ServerMain", "-d", dataDir], {
      env: { ...process.env, ...SETTINGS, QDB_HTTP_NET_BIND_TO: `127.0.0.1:${this.httpPort}`, ...login, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const hear = (chunk: Buffer): void => {
      this.said = (this.said + chunk.toString()).slice(-4000);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    this.child = child;
    process.on("exit", this.onExit);
    const endMs = performance.now() + READY_MS;
    while (!(await this.answers())) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`QuestDB did not start: ${this.said}`);
      if (performance.now() > endMs) throw new Error(`QuestDB was not ready after ${READY_MS / 1000} s: ${this.said}`);
      await sleep(100);
    }
  }

  /** Ends it at once (`SIGKILL`), as a crash would. */
  kill(): Promise<void> {
    return this.end("SIGKILL");
  }

  stop(): Promise<void> {
    return this.end("SIGTERM");
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = undefined;
    process.off("exit", this.onExit);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  private answers(): Promise<boolean> {
    const { user, password } = this.options;
    const auth = user === undefined ? {} : { auth: `${user}:${password ?? ""}` };
    return new Promise((resolve) => {
      const asked = get({ host: "127.0.0.1", port: this.httpPort, path: "/exec?query=select%201", timeout: 2000, ...auth }, (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      });
      asked.on("timeout", () => asked.destroy());
      asked.on("error", () => {
        resolve(false);
      });
    });
  }
}

/** A port of the loopback that nobody listens on now. */
export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
};
