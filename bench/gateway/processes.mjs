// The processes of the gateway's benchmark: the app, the least that a proxy on node:http can be, and the gateway itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announce, listening } from '../support/child.mjs';
import { HOST, PAYLOAD } from './traffic.mjs';

const roles = { app: runApp, bare: runBareProxy, gateway: runGateway };
const [role, argument] = process.argv.slice(2);
announce(await roles[role](argument));

async function runApp() {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', 'x-path': request.url }).end(PAYLOAD);
  });
  server.keepAliveTimeout = 60_000;
  return listening(server);
}

async function runBareProxy(port) {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const outgoing = send({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    request.pipe(outgoing);
  });
  return listening(server);
}

async function runGateway(port) {
  const { startGateway } = await import('../../apps/gateway/dist/index.js');
  const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const kongFile = join(folder, 'kong.yml');
  const controlSocket = join(folder, 'control.sock');
  writeFileSync(kongFile, "_format_version: '3.0'\n");
  const fixed = { host: '127.0.0.1', port: 0, upstreams: {}, platformDomain: 'localhost', logger: console };
  const gateway = await startGateway({ ...fixed, kongFile, controlSocket });
  const upstreams = [{ id: 'app', host: '127.0.0.1', port: Number(port) }];
  await putRoutes(controlSocket, { version: 1, routes: [{ host: HOST, upstreams }] });
  return gateway.port;
}

async function putRoutes(socketPath, table) {
  await new Promise((resolve, reject) => {
    send({ socketPath, method: 'PUT', path: '/routes' }, (answer) => answer.resume().once('end', resolve))
      .once('error', reject)
      .end(JSON.stringify(table));
  });
}
