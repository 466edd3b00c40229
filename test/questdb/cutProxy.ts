import { once } from "node:events";
import { createServer, connect } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** Where to cut: after so many bytes from the client, or when the first byte of an answer comes back after them. */
interface Cut {
  readonly afterBytes: number;
  readonly atAnswer: boolean;
  /** Called once, at the cut; every connection is broken then. */
  readonly then: () => void;
}

/** A way to a server that breaks all its connections at a chosen byte, and passes everything on until and after that. */
export class CutProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private cut: Cut | undefined;
  private bytes = 0;

  private constructor(targetPort: number) {
    this.server = createServer((client) => {
      const upstream = connect(targetPort, "127.0.0.1");
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on("close", () => this.sockets.delete(socket));
        socket.on("error", () => socket.destroy());
      }
      client.on("close", () => upstream.destroy());
      upstream.on("close", () => client.destroy());
      client.on("data", (chunk) => {
        this.bytes += chunk.length;
        if (this.cut !== undefined && !this.cut.atAnswer && this.bytes >= this.cut.afterBytes) this.break();
        else if (!upstream.write(chunk)) {
          client.pause();
          upstream.once("drain", () => client.resume());
        }
      });
      upstream.on("data", (chunk) => {
        if (this.cut?.atAnswer === true && this.bytes >= this.cut.afterBytes) this.break();
        else client.write(chunk);
      });
    });
  }

  static async before(targetPort: number): Promise<CutProxy> {
    const proxy = new CutProxy(targetPort);
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Cuts once, counted from now. */
  cutOnce(cut: Cut): void {
    this.bytes = 0;
    this.cut = cut;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private break(): void {
    const { cut } = this;
    this.cut = undefined;
    for (const socket of this.sockets) socket.destroy();
    cut?.then();
  }
}
