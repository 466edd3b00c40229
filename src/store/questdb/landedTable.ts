import type { Landed, LandedFiles } from "../backfill/landedFiles.ts";
import type { Connection } from "./connection.ts";
import { encodeLine } from "./lineProtocol.ts";
import { LANDED } from "./tables.ts";
import { visible, writeLogged } from "./visibility.ts";

/** What stands in place of a checksum in a row that is forgotten: the server deletes none. */
const FORGOTTEN = "forgotten";

/** The archive files that have landed, as rows of a table. */
export class LandedTable implements LandedFiles {
  private readonly connection: Connection;
  private readonly name: string;
  private readonly landed: Map<string, Landed>;

  private readonly ensure: () => Promise<void>;

  /** `ensure`: makes the table where it is not there. */
  constructor(connection: Connection, prefix: string, rows: Awaited<ReturnType<Connection["query"]>>, ensure: () => Promise<void>) {
    this.connection = connection;
    this.ensure = ensure;
    this.name = `${prefix}${LANDED.name}`;
    const landed = rows.map(([path, sha256, count]) => [String(path), { sha256: String(sha256), rows: Number(count) }] as const);
    this.landed = new Map(landed.filter(([, { sha256 }]) => sha256 !== FORGOTTEN));
  }

  get(path: string): Landed | undefined {
    return this.landed.get(path);
  }

  all(): ReadonlyMap<string, Landed> {
    return this.landed;
  }

  async change(changes: Iterable<readonly [path: string, landed: Landed | undefined]>): Promise<void> {
    const all = [...changes];
    await this.ensure();
    const lines = all.map(([path, landed]) =>
      encodeLine(this.name, { path }, { sha256: landed?.sha256 ?? FORGOTTEN, rows: landed?.rows ?? 0 }, 0),
    );
    await writeLogged(this.connection, this.name, lines);
    await visible(this.connection, this.name);
    for (const [path, landed] of all) {
      if (landed === undefined) this.landed.delete(path);
      else this.landed.set(path, landed);
    }
  }
}
