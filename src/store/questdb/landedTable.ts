import type { Landed, LandedFiles } from "../backfill/landedFiles.ts";
import type { Connection } from "./connection.ts";
import { encodeLine } from "./lineProtocol.ts";
import { LANDED } from "./tables.ts";
import { writeLogged } from "./visibility.ts";

/** The archive files that have landed, as rows of a table. */
export class LandedTable implements LandedFiles {
  private readonly connection: Connection;
  private readonly name: string;
  private readonly landed: Map<string, Landed>;

  constructor(connection: Connection, prefix: string, rows: Awaited<ReturnType<Connection["query"]>>) {
    this.connection = connection;
    this.name = `${prefix}${LANDED.name}`;
    this.landed = new Map(rows.map(([path, sha256, count]) => [String(path), { sha256: String(sha256), rows: Number(count) }]));
  }

  get(path: string): Landed | undefined {
    return this.landed.get(path);
  }

  all(): ReadonlyMap<string, Landed> {
    return this.landed;
  }

  async add(path: string, { sha256, rows }: Landed): Promise<void> {
    await writeLogged(this.connection, this.name, [encodeLine(this.name, { path }, { sha256, rows }, 0)]);
    this.landed.set(path, { sha256, rows });
  }
}
