import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { type GatewayOptions, type RunningGateway, startGateway } from '../src/gateway.js';
import type { SigningKey } from './with-signing-keys.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface Call {
  readonly port?: number;
  readonly socketPath?: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer | AsyncIterable<Buffer>;
  readonly agent?: Agent;
}

/** One HTTP exchange with full control over the request line and the Host header. */
export async function call(options: Call): Promise<Answer> {
  const { port, socketPath, method = 'GET', path = '/', host, headers = {}, body, agent = false } = options;
  return new Promise((resolve, reject) => {
    const target = socketPath ? { socketPath } : { host: '127.0.0.1', port };
    const sent = sendRequest({ ...target, method, path, agent, headers: { ...headers, ...(host ? { host } : {}) } });
    sent.once('response', (answer) => collect(answer).then(resolve, reject));
    sent.once('error', reject);
    void send(sent, body);
  });
}

async function send(sent: ClientRequest, body: Call['body']): Promise<void> {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) return void sent.end(body);
  for await (const chunk of body) sent.write(chunk);
  sent.end();
}

async function collect(answer: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers, rawHeaders } = answer;
  return { status, headers, rawHeaders, body: await textOf(answer) };
}

export async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export interface TestUpstream {
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** A real server; without a handler it answers what it was sent, as JSON. */
export async function startUpstream(handle: Handle = echo, port = 0): Promise<TestUpstream> {
  const server = createServer(handle);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: address.port, url: `http://127.0.0.1:${address.port}`, server, close };
}

export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export const echo: Handle = (request, response) => {
  const respond = (body: string) => {
    const { method, url, headers } = request;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ method, url, headers, body }));
  };
  textOf(request).then(respond, () => response.destroy());
};

export const echoed = (answer: Answer): Echo => JSON.parse(answer.body) as Echo;

export interface TestGateway extends RunningGateway {
  readonly controlSocket: string;
  call(options: Call): Promise<Answer>;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
}

const silent = pino({ level: 'silent' });

/** What a gateway needs to start, in a folder of its own. `remove` deletes the folder. */
export async function gatewayOptions(kong: string): Promise<GatewayOptions & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const kongFile = join(folder, 'kong.yml');
  const controlSocket = join(folder, 'control.sock');
  await writeFile(kongFile, kong);
  const remove = () => rm(folder, { recursive: true, force: true });
  const fixed = { host: '127.0.0.1', port: 0, upstreams: {}, platformDomain: 'localhost', logger: silent };
  return { ...fixed, kongFile, controlSocket, remove };
}

/** A running gateway on a free port. */
export async function startTestGateway(
  kong: string,
  overrides: Partial<Pick<GatewayOptions, 'upstreams' | 'clock' | 'appTimeouts' | 'logger' | 'trustedProxies'>> = {},
): Promise<TestGateway> {
  const options = await gatewayOptions(kong);
  const gateway = await startGateway({ ...options, ...overrides });
  const { controlSocket } = options;
  return {
    ...gateway,
    controlSocket,
    call: (made) => call({ port: gateway.port, ...made }),
    control: (method, path, body) => {
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
      return call({ socketPath: controlSocket, method, path, ...(text === undefined ? {} : { body: text }) });
    },
    close: async () => {
      await gateway.close();
      await options.remove();
    },
  };
}

export const emptyKong = `_format_version: '3.0'\n`;

export interface TestKey {
  readonly kid: string;
  readonly pem: string;
  readonly jwk: SigningKey;
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

/** An RSA key that signs real tokens; they expire in an hour unless told otherwise. */
export async function makeKey(kid: string): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const hour = Math.floor(Date.now() / 1_000) + 3_600;
  return {
    kid,
    pem: await exportSPKI(publicKey),
    jwk: { ...(await exportJWK(publicKey)), kid } as SigningKey,
    token: (claims = { exp: hour }, header = { kid }) =>
      new SignJWT({ sub: 'user', ...claims }).setProtectedHeader({ alg: 'RS256', ...header }).sign(privateKey),
  };
}

/** A clock whose time moves only when told; timers run when it passes them. */
export class TestClock {
  private time: number;
  private timers: { at: number; work: () => void }[] = [];

  constructor(start: string) {
    this.time = Date.parse(start);
  }

  now = (): Date => new Date(this.time);

  after = (milliseconds: number, work: () => void): (() => void) => {
    const timer = { at: this.time + milliseconds, work };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((other) => other !== timer));
  };

  advance(milliseconds: number): void {
    this.time += milliseconds;
    const due = this.timers.filter(({ at }) => at <= this.time);
    this.timers = this.timers.filter(({ at }) => at > this.time);
    for (const { work } of due) work();
  }
}
