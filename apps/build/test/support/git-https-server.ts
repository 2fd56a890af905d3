import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';

const tls = join(import.meta.dirname, 'tls');
export const certificateFile = join(tls, 'certificate.pem');

export interface GitHttpsServer {
  readonly port: number;
  /** What was asked for: host, path and authorization of each request. */
  readonly asked: { readonly host: string; readonly path: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

export interface GitHttpsServerOptions {
  /** Holds the repositories. */
  readonly root: string;
  /** Path prefix -> where it is redirected to. */
  readonly redirects?: Readonly<Record<string, string>>;
  /** Answers 401 without this value of Authorization. */
  readonly authorization?: string;
  /** Accepts requests and never answers. */
  readonly silent?: boolean;
}

/** A real Git host over https: git's own server program behind node's. Its certificate is for `*.example.test`. */
export async function startGitHttps(options: GitHttpsServerOptions): Promise<GitHttpsServer> {
  const asked: GitHttpsServer['asked'] = [];
  const key = readFileSync(join(tls, 'key.pem'));
  const server = createServer({ key, cert: readFileSync(certificateFile) }, (request, response) => {
    const { host = '', authorization } = request.headers;
    asked.push({ host, path: request.url ?? '', authorization });
    if (options.silent) return;
    const [from, to] =
      Object.entries(options.redirects ?? {}).find(([prefix]) => request.url?.startsWith(prefix)) ?? [];
    if (from !== undefined && to !== undefined)
      return response.writeHead(301, { location: to + (request.url ?? '').slice(from.length) }).end();
    if (options.authorization !== undefined && authorization !== options.authorization)
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    backend(options.root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, asked, close: () => close(server) };
}

/** git-http-backend(1) is a CGI program: RFC 3875. */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://x');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'] ?? dirname(process.execPath),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = output
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(/: (.*)/s));
    for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value);
    response.statusCode = Number.parseInt(headers.find(([name]) => name === 'Status')?.[1] ?? '200', 10);
    response.end(output.subarray(end + 4));
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
