// M14: a request through the app router of the gateway against the same request through the least that a proxy on
// node:http can be. Both run in one go, turn and turn about, each as a process of its own in front of the same app;
// every answer is checked. Needs `tsc -b apps/gateway`.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAIRS = 5;
const REQUESTS = 4_000;
const CONCURRENCY = 8;
const GOAL = 1.2;
const HOST = 'bench.localhost';
const PAYLOAD = JSON.stringify({ text: 'x'.repeat(1_000) });

const roles = { app: runApp, bare: runBareProxy, gateway: runGateway };
const [role, argument] = process.argv.slice(2);
await (roles[role]?.(argument) ?? measure());

async function runApp() {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', 'x-path': request.url }).end(PAYLOAD);
  });
  server.keepAliveTimeout = 60_000;
  announce(await listening(server));
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
  announce(await listening(server));
}

async function runGateway(port) {
  const { startGateway } = await import('../apps/gateway/dist/index.js');
  const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
  process.once('SIGTERM', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
  const kongFile = join(folder, 'kong.yml');
  const controlSocket = join(folder, 'control.sock');
  writeFileSync(kongFile, "_format_version: '3.0'\n");
  const fixed = { host: '127.0.0.1', port: 0, upstreams: {}, platformDomain: 'localhost', logger: console };
  const gateway = await startGateway({ ...fixed, kongFile, controlSocket });
  const upstreams = [{ id: 'app', host: '127.0.0.1', port: Number(port) }];
  await putRoutes(controlSocket, { version: 1, routes: [{ host: HOST, upstreams }] });
  announce(gateway.port);
}

async function putRoutes(socketPath, table) {
  await new Promise((resolve, reject) => {
    send({ socketPath, method: 'PUT', path: '/routes' }, (answer) => answer.resume().once('end', resolve))
      .once('error', reject)
      .end(JSON.stringify(table));
  });
}

async function measure() {
  const children = [];
  const start = async (...args) => {
    const child = fork(fileURLToPath(import.meta.url), args.map(String));
    children.push(child);
    return new Promise((resolve, reject) => child.once('message', resolve).once('exit', reject));
  };
  try {
    const app = await start('app');
    const ports = { bare: await start('bare', app), gateway: await start('gateway', app) };
    for (const port of Object.values(ports)) await sample(port, REQUESTS);
    const pairs = [];
    for (let pair = 0; pair < PAIRS; pair++) pairs.push(await measurePair(ports, pair % 2 === 0));
    report(pairs);
  } finally {
    for (const child of children) child.kill();
  }
}

async function measurePair(ports, bareFirst) {
  const order = bareFirst ? ['bare', 'gateway'] : ['gateway', 'bare'];
  const result = {};
  for (const name of order) result[name] = await sample(ports[name], REQUESTS);
  return result;
}

/** Quantiles in milliseconds of so many checked requests. */
async function sample(port, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const times = [];
  let next = 0;
  const visitor = async () => {
    while (next < count) times.push(await visit(agent, port, `/item/${next++}`, next % 4 === 0));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, visitor));
  agent.destroy();
  times.sort((left, right) => left - right);
  return { p50: times[Math.floor(count * 0.5)], p99: times[Math.floor(count * 0.99)] };
}

function visit(agent, port, path, posts) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const method = posts ? 'POST' : 'GET';
    const headers = { host: HOST, ...(posts ? { 'content-length': PAYLOAD.length } : {}) };
    const outgoing = send({ host: '127.0.0.1', port, path, method, headers, agent }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk) => (body += chunk));
      answer.once('end', () => {
        const right = answer.statusCode === 200 && answer.headers['x-path'] === path && body === PAYLOAD;
        if (right) return resolve(performance.now() - begun);
        reject(new Error(`wrong answer for ${path}: ${answer.statusCode} ${body.slice(0, 100)}`));
      });
    });
    outgoing.once('error', reject).end(posts ? PAYLOAD : undefined);
  });
}

function report(pairs) {
  console.log(`M14  app router / bare node:http proxy, ${PAIRS} pairs of ${REQUESTS} requests, ${CONCURRENCY} at once`);
  for (const quantile of ['p50', 'p99']) {
    const ratios = pairs.map(({ gateway, bare }) => gateway[quantile] / bare[quantile]).sort((a, b) => a - b);
    const [least, middle, most] = [ratios[0], ratios[PAIRS >> 1], ratios[PAIRS - 1]].map((ratio) => ratio.toFixed(2));
    const milliseconds = (name) =>
      pairs
        .map((pair) => pair[name][quantile])
        .sort((a, b) => a - b)
        [PAIRS >> 1].toFixed(2);
    const verdict = Number(middle) <= GOAL ? 'ok' : 'over';
    console.log(
      `  ${quantile}  ${least} - ${middle} - ${most}  (goal <= ${GOAL}: ${verdict})  gateway ${milliseconds('gateway')} ms, bare ${milliseconds('bare')} ms`,
    );
  }
}

function announce(port) {
  process.send(port);
}

async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}
