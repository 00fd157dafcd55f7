/**
 * An HTTP server on this machine that can misbehave: what it answers is written byte by byte. Each path has a list of
 * replies, one per request; the last one is repeated.
 */

import { createServer, type Server, type Socket } from 'node:net';

export interface SeenRequest {
  /** With the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export type Reply = (request: SeenRequest, connection: Connection) => void;

export class Connection {
  constructor(
    private readonly socket: Socket,
    private readonly held: Set<Socket>,
  ) {}

  /** Sends a head and a body, and ends. A Content-Length is not added. */
  answer(status: number, headers: Readonly<Record<string, string | number>>, body: Uint8Array | string = ''): void {
    this.send(status, headers, body);
    this.socket.end();
  }

  /** The same, but nothing more happens until the server is told to `cut`. */
  hold(status: number, headers: Readonly<Record<string, string | number>>, body: Uint8Array | string = ''): void {
    this.held.add(this.socket);
    this.send(status, headers, body);
  }

  /** Ends without a word. */
  hangUp(): void {
    this.socket.destroy();
  }

  private send(status: number, headers: Readonly<Record<string, string | number>>, body: Uint8Array | string): void {
    const lines = Object.entries({ Connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`HTTP/1.1 ${status} Any\r\n${lines.join('')}\r\n`);
    this.socket.write(body);
  }
}

export class HttpServer {
  readonly requests: SeenRequest[] = [];
  readonly #replies = new Map<string, Reply[]>();
  readonly #open = new Set<Socket>();
  readonly #held = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** `http://127.0.0.1:PORT` */
    readonly origin: string,
  ) {}

  static async start(): Promise<HttpServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const started = new HttpServer(server, `http://127.0.0.1:${address.port}`);
    server.on('connection', (socket) => started.#serve(socket));
    return started;
  }

  url(path: string): string {
    return `${this.origin}${path}`;
  }

  /** Forgets what the path answered before. */
  on(path: string, ...replies: Reply[]): void {
    this.#replies.set(path, replies);
  }

  /** Headers of the requests for a path, in order. */
  seen(path: string): ReadonlyMap<string, string>[] {
    return this.requests.filter((request) => request.path === path).map(({ headers }) => headers);
  }

  /** Ends what is on hold. */
  cut(): void {
    for (const socket of this.#held) socket.destroy();
    this.#held.clear();
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.server.close();
  }

  #serve(socket: Socket): void {
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    // A client that goes away in the middle is what is tested.
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      const [first = '', ...lines] = text.split('\r\n');
      text = '';
      const fields = lines.map((line) => /^([^:]+): *(.*)$/.exec(line)).filter((match) => match !== null);
      const headers = new Map(fields.map(([, name, value]) => [name!.toLowerCase(), value!]));
      const request = { path: first.split(' ')[1] ?? '', headers };
      this.requests.push(request);
      const replies = this.#replies.get(request.path) ?? [];
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply === undefined) throw new Error(`nobody expected a request for ${request.path}`);
      reply(request, new Connection(socket, this.#held));
    });
  }
}

/** A server that does everything right: ranges, If-Range, 416. */
export function file(content: Uint8Array, etag = '"one"'): Reply {
  return ({ headers }, connection) => {
    const range = /^bytes=(\d+)-$/.exec(headers.get('range') ?? '');
    const condition = headers.get('if-range');
    const from = range === null || (condition !== undefined && condition !== etag) ? undefined : Number(range[1]);
    if (from === undefined) {
      connection.answer(200, { 'Content-Length': content.length, ETag: etag }, content);
    } else if (from >= content.length) {
      connection.answer(416, { 'Content-Range': `bytes */${content.length}`, 'Content-Length': 0 });
    } else {
      connection.answer(
        206,
        { 'Content-Length': content.length - from, ...rangeOf(content, from), ETag: etag },
        content.subarray(from),
      );
    }
  };
}

/** Announces the whole file, sends its first bytes, and nothing more until the server is told to cut. */
export function beginning(content: Uint8Array, bytes: number, etag = '"one"'): Reply {
  return (_, connection) =>
    connection.hold(200, { 'Content-Length': content.length, ETag: etag }, content.subarray(0, bytes));
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return (_, connection) => connection.answer(code, { 'Content-Length': 0, ...headers });
}

export function raw(
  code: number,
  headers: Readonly<Record<string, string | number>>,
  body: Uint8Array | string,
): Reply {
  return (_, connection) => connection.answer(code, headers, body);
}

export function rangeOf(content: Uint8Array, from: number): Record<string, string> {
  return { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` };
}

/** A body in chunks, without a length. */
export function chunked(content: Uint8Array, pieces = 3): Buffer {
  const size = Math.ceil(content.length / pieces);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += size) {
    const piece = content.subarray(at, at + size);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
