import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers one request to a path; the last of a list answers every further one. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export const status =
  (code: number, headers: Record<string, string> = {}, body: Uint8Array | string = ""): Answer =>
  (_, response) => {
    response.writeHead(code, headers).end(body);
  };
export const body =
  (content: Uint8Array | string): Answer =>
  (_, response) => {
    response.writeHead(200, { "content-length": Buffer.byteLength(content) }).end(content);
  };
/** Announces the whole and hangs up in the middle. */
export const cutShort =
  (content: Uint8Array): Answer =>
  (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, content.length >> 1), () => response.destroy());
  };
export const reset: Answer = (request) => {
  request.socket.resetAndDestroy();
};
/** Never answers. */
export const silence: Answer = () => undefined;

/** An HTTP server on loopback that speaks whatever it is told to, path by path. */
export class WireServer {
  readonly #answers = new Map<string, Answer[]>();
  #otherwise: Answer = status(404);
  readonly #server: Server;
  /** Paths with their queries, in the order of the requests. */
  readonly requests: string[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = request.url ?? "";
      this.requests.push(url);
      const answers = this.#answers.get(url.split("?")[0] as string);
      const answer = answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
      (answer ?? this.#otherwise)(request, response);
    });
  }

  static async start(): Promise<WireServer> {
    const wire = new WireServer();
    await new Promise<void>((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  on(path: string, ...answers: Answer[]): void {
    this.#answers.set(path, answers);
  }

  /** Answers every path that has no answer of its own; else they are 404. */
  otherwise(answer: Answer): void {
    this.#otherwise = answer;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
