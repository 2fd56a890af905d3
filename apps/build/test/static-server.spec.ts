import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { get, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, writeFiles } from './support/folders.js';

let server: ChildProcess;
let port: number;
let folder: string;
const pages: ChildProcess[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFiles(folder, {
    'secret.txt': 'outside',
    'site/index.html': '<h1>home</h1>',
    'site/style.css': 'body {}',
    'site/app.js': 'x',
    'site/data.unknown': 'x',
    'site/empty.txt': '',
    'site/docs/index.html': 'docs',
    'site/about.html': 'about',
    'site/.env': 'hidden',
    'site/.well-known/x.json': '{}',
    'site/with space/ü.txt': 'umlaut',
  });
  await symlink('../secret.txt', join(folder, 'site/link.txt'));
  ({ server, port } = await serve('gone', 'site'));
});

/** On a port below those that the system gives away, unless somebody has it: the server is told one, and never chooses. */
const serve = (...flags: string[]) => eventually(() => serveOn(randomInt(10_000, 30_000), flags));

async function serveOn(wanted: number, flags: string[]): Promise<{ server: ChildProcess; port: number }> {
  const server = spawn(process.execPath, [join(import.meta.dirname, '../assets/static-server.mjs'), ...flags], {
    cwd: folder,
    env: { PORT: String(wanted), HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit').then(() => Promise.reject(new Error(`it does not serve on ${wanted}`)));
  ended.catch(() => undefined); // it ends with the tests
  await Promise.race([once(server.stdout!, 'data'), ended]);
  return { server, port: wanted };
}
afterAll(() => [server, ...pages].forEach((each) => each.kill('SIGKILL')));

const ask = (
  path: string,
  options: { method?: string; headers?: Record<string, string>; port?: number } = {},
): Promise<IncomingMessage & { body: string }> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      text(response).then((body) => resolve(Object.assign(response, { body })), reject);
    });
    asked.on('error', reject).end();
  });

describe('the file server of a static site', () => {
  it.each([
    ['/', 200, 'text/html; charset=utf-8', '<h1>home</h1>'],
    ['/style.css?v=1', 200, 'text/css; charset=utf-8', 'body {}'],
    ['/app.js', 200, 'text/javascript; charset=utf-8', 'x'],
    ['/data.unknown', 200, 'application/octet-stream', 'x'],
    ['/empty.txt', 200, 'text/plain; charset=utf-8', ''],
    ['/docs/', 200, 'text/html; charset=utf-8', 'docs'],
    ['/about', 200, 'text/html; charset=utf-8', 'about'],
    ['/.well-known/x.json', 200, 'application/json', '{}'],
    ['/with%20space/%C3%BC.txt', 200, 'text/plain; charset=utf-8', 'umlaut'],
    ['/gone', 404, 'text/plain; charset=utf-8', 'Not found\n'],
  ])('answers %s with %i', async (path, status, type, body) => {
    const answer = await ask(path);
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([status, type, body]);
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/docs/../../secret.txt',
    '/..\\secret.txt',
    '//secret.txt/../../secret.txt',
    '/link.txt',
    '/.env',
    '/%2eenv',
    '/secret.txt%00.html',
    '/%',
    '/%ff',
    `/${'a/'.repeat(5_000)}`,
  ])('does not leave its folder for %s', async (path) => {
    const answer = await ask(path);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toMatch(/outside|hidden/);
  });

  it('sends a folder to its address with a slash, and never to another host', async () => {
    expect((await ask('/docs')).headers.location).toBe('/docs/');
    expect((await ask('//docs')).headers.location).toBe('/docs/');
  });

  it('answers by tag, by range and without a body', async () => {
    const { etag = '' } = (await ask('/style.css')).headers;
    expect((await ask('/style.css', { headers: { 'if-none-match': etag } })).statusCode).toBe(304);
    expect((await ask('/app.js')).headers.etag).not.toBe(etag);
    const part = await ask('/style.css', { headers: { range: 'bytes=1-3' } });
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, 'ody', 'bytes 1-3/7']);
    expect((await ask('/style.css', { headers: { range: 'bytes=-2' } })).body).toBe('{}');
    expect((await ask('/style.css', { headers: { range: 'bytes=99-' } })).statusCode).toBe(416);
    const head = await ask('/', { method: 'HEAD' });
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', '13']);
    expect((await ask('/', { method: 'POST' })).statusCode).toBe(405);
  });

  it('gives the page to people who come by an address of its own, and nothing that it asks for itself', async () => {
    const page = await serve('--single-page', 'site');
    pages.push(page.server);
    const come = async (path: string, accept: string) => {
      const { statusCode, body } = await ask(path, { port: page.port, headers: { accept } });
      return [statusCode, body];
    };
    const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';
    expect(await come('/orders/7?tab=2', browser)).toEqual([200, '<h1>home</h1>']);
    expect(await come('/about', browser)).toEqual([200, 'about']);
    expect(await come('/orders/7', 'application/json')).toEqual([404, 'Not found\n']);
    expect(await come('/gone.js', browser)).toEqual([404, 'Not found\n']);
    await writeFiles(folder, { 'site/404.html': 'no such page' });
    expect(await come('/orders/7', browser)).toEqual([404, 'no such page']);
  });

  it('ends on SIGTERM and lets a request that runs go on', async () => {
    const answered = new Promise<IncomingMessage>(
      (resolve, reject) => void get({ host: '127.0.0.1', port, path: '/', agent: false }, resolve).on('error', reject),
    );
    expect((await answered).statusCode).toBe(200);
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
