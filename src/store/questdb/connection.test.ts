import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../../test/contract/wireServer.ts";
import { body, cutShort, reset, status, WireServer } from "../../../test/contract/wireServer.ts";
import { UserError } from "../../domain/units.ts";
import { Connection } from "./connection.ts";
import { credentialsOf } from "./settings.ts";
import { visible } from "./visibility.ts";

let wire: WireServer;
let connection: Connection;
beforeEach(async () => {
  wire = await WireServer.start();
  connection = new Connection({ host: "127.0.0.1", httpPort: Number(new URL(wire.url).port), prefix: "t_" }, 2000);
});
afterEach(async () => {
  connection.close();
  await wire.stop();
});
const rows = (...dataset: unknown[][]): Answer => body(JSON.stringify({ dataset }));
const failure = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`not a UserError: ${String(error)}`);
  expect(error.message).not.toContain("\n");
  return error.message;
};

describe("a connection to QuestDB", () => {
  it("asks again after a reset, a 5xx and a 429, and gives the answer", async () => {
    wire.on("/exec", reset, status(503, {}, "busy"), status(429), rows(["x", 1]));
    expect(await connection.query("select 1")).toEqual([["x", 1]]);
    expect(wire.requests).toHaveLength(4);
  });

  it("ends with the server's last word when it stays broken", async () => {
    wire.on("/write", status(500, {}, JSON.stringify({ message: "out of\n memory" })));
    expect(await failure(connection.write([Buffer.from("t x=1i 1\n")]))).toMatch(
      /^QuestDB does not answer at http:\/\/127\.0\.0\.1:\d+ \(it answered 500: out of memory\): start it/,
    );
    expect(wire.requests.length).toBeGreaterThan(2);
  });

  it("does not repeat what will not change: a refusal, a full disk, a login", async () => {
    wire.on("/exec", status(400, {}, JSON.stringify({ error: "Invalid column: x", position: 7 })));
    expect(await failure(connection.query("select x"))).toMatch(/refused a request: Invalid column: x$/);
    wire.on("/write", status(500, {}, JSON.stringify({ message: "write error: t, errno: 28, error: No space left" })));
    expect(await failure(connection.write([Buffer.from("t x=1i 1\n")]))).toMatch(
      /^the disk of QuestDB at .* is full \(write error.*free space there/,
    );
    wire.on("/exec", status(400, {}, JSON.stringify({ error: "could not mmap  [size=268, offset=0, fd=1, memUsed=3, fileLen=268]" })));
    expect(await failure(connection.query("select count() from t"))).toMatch(/open than its machine allows .*vm.max_map_count=1048576/);
    wire.on("/exp", status(401));
    expect(await failure(connection.exportParquet("select 1", "never"))).toMatch(/refuses a request without a user/);
    wire.on("/exec", status(404));
    expect(await failure(connection.query("select 1"))).toMatch(/is no QuestDB \(404\)/);
    expect(wire.requests).toHaveLength(5);
  });

  it("fetches a file that was cut short anew, from its beginning", async () => {
    const folder = await mkdtemp(join(tmpdir(), "riposte-connection-"));
    try {
      const content = Buffer.alloc(300_000, 7);
      wire.on("/exp", cutShort(content), body(content));
      await connection.exportParquet("select 1", join(folder, "x"));
      expect((await readFile(join(folder, "x"))).equals(content)).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("waits until the log is applied as far as it was, and not for what comes later", async () => {
    wire.on("/exec", rows([3, 5, false, "", ""]), rows([4, 9, false, "", ""]), rows([5, 9, false, "", ""]), rows([9, 9, false, "", ""]));
    await visible(connection, "t_klines");
    expect(wire.requests).toHaveLength(3);
  });

  it("names the remedy for a suspended table", async () => {
    wire.on("/exec", rows([3, 5, true, "DISK FULL", "No space left"]));
    expect(await failure(visible(connection, "t_klines"))).toMatch(
      /has suspended table t_klines \(DISK FULL: No space left\): .* run ALTER TABLE t_klines RESUME WAL on the server/,
    );
  });

  it("takes user and password from the environment, both or neither", () => {
    expect(credentialsOf({})).toEqual({});
    expect(credentialsOf({ RIPOSTE_QUESTDB_USER: "a", RIPOSTE_QUESTDB_PASSWORD: "b" })).toEqual({ user: "a", password: "b" });
    expect(() => credentialsOf({ RIPOSTE_QUESTDB_USER: "a" })).toThrow("RIPOSTE_QUESTDB_PASSWORD is not set");
    expect(() => credentialsOf({ RIPOSTE_QUESTDB_PASSWORD: "b" })).toThrow("RIPOSTE_QUESTDB_USER is not set");
  });
});
