import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Workload } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Api } from './support/api.js';
import { ask } from './support/app-http.js';
import { BerthProcess } from './support/berth-process.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

const CANARY = 'canary-51b7-of-the-platform';
const NEIGHBOUR_SECRET = 'canary-77aa-of-a-neighbour';
const isRoot = process.getuid?.() === 0;

/** What code of a tenant can find out, tried by it. Given to Node with the paths to try. */
const PROBE = `
const fs = require('node:fs');
const net = require('node:net');
const tryTo = (work) => { try { return { value: work() }; } catch (error) { return { error: error.code }; } };
const connects = (where) => new Promise((resolve) => {
  const socket = net.connect(where, () => { socket.destroy(); resolve(true); }).on('error', (error) => resolve(error.code));
});
/** The first answer of Postgres to somebody who says he is its owner: R0 lets him in, R10 wants a password (SASL). */
const knocks = (port) => new Promise((resolve) => {
  const body = Buffer.from('user\\0postgres\\0database\\0postgres\\0\\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196608, 4);
  const socket = net.connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, body])));
  socket.once('data', (data) => { socket.destroy(); resolve(String.fromCharCode(data[0]) + data.readInt32BE(5)); });
  socket.on('error', (error) => resolve(error.code));
});
module.exports = async (target) => {
  const pids = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name));
  const uidOf = (pid) => tryTo(() => fs.statSync('/proc/' + pid).uid).value;
  return {
    uid: process.getuid(),
    environment: process.env,
    parent: tryTo(() => fs.readFileSync('/proc/' + process.ppid + '/environ', 'utf8')),
    foreignEnvironments: pids.filter((pid) => uidOf(pid) !== process.getuid())
      .flatMap((pid) => tryTo(() => [fs.readFileSync('/proc/' + pid + '/environ', 'utf8')]).value ?? []),
    descriptors: fs.readdirSync('/proc/self/fd').map((fd) => tryTo(() => fs.readlinkSync('/proc/self/fd/' + fd)).value),
    files: target.files.map((path) => [path, tryTo(() => fs.readFileSync(path, 'latin1').length)]),
    folders: target.folders.map((path) => [path, tryTo(() => fs.readdirSync(path).length)]),
    writes: target.folders.map((path) => [path, tryTo(() => fs.writeFileSync(path + '/intruder', ''))]),
    sockets: await Promise.all(target.sockets.map(async (path) => [path, await connects(path)])),
    postgres: await knocks(target.postgresPort),
  };
};
`;

interface Tried {
  readonly value?: unknown;
  readonly error?: string;
}

interface Report {
  readonly uid: number;
  readonly environment: Record<string, string>;
  readonly parent: Tried;
  readonly foreignEnvironments: string[];
  readonly descriptors: string[];
  readonly files: [string, Tried][];
  readonly folders: [string, Tried][];
  readonly writes: [string, Tried][];
  readonly sockets: [string, boolean | string][];
  readonly postgres: string;
}

let berth: BerthProcess;
let neighbour: Workload;
let reports: Record<'app' | 'build', Report>;

/** Everything below a folder that is a file, a folder or a socket, by what it is. */
async function contentsOf(folder: string): Promise<{ files: string[]; folders: string[]; sockets: string[] }> {
  const found = { files: [] as string[], folders: [folder], sockets: [] as string[] };
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.files.push(path);
    if (entry.isDirectory()) found.folders.push(path);
    if (entry.isSocket()) found.sockets.push(path);
  }
  return found;
}

const postgresPort = (): number =>
  Number(readFileSync(join(berth.folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3]);

const isPublic = (path: string): boolean => /\/agent\/slugs(\/|$)/.test(path);

async function probeFrom(api: Api): Promise<Record<'app' | 'build', Report>> {
  const data = await contentsOf(berth.folder);
  const { sockets } = await contentsOf(socketFolder());
  const target = {
    files: data.files.filter((path) => !isPublic(path)),
    folders: data.folders.filter((path) => !isPublic(path)),
    sockets: [...sockets, ...data.sockets],
    postgresPort: postgresPort(),
  };
  const repository = await Repository.make({
    'package.json': JSON.stringify({ name: 'x', scripts: { build: 'node build.js', start: 'node server.js' } }),
    'probe.js': PROBE,
    'target.json': JSON.stringify(target),
    'build.js': `require('./probe.js')(require('./target.json')).then((r) => require('node:fs').writeFileSync('built.json', JSON.stringify(r)));`,
    'server.js': `require('node:http').createServer(async (request, response) => {
      const report = request.url === '/build' ? require('./built.json') : await require('./probe.js')(require('./target.json'));
      response.end(JSON.stringify(report));
    }).listen(process.env.PORT, process.env.HOST);`,
  });
  const workload = await api.workloadFor(repository);
  await api.deployLive(workload.id);
  const read = async (path: string) => JSON.parse((await ask(workload.url, path)).body) as Report;
  return { app: await read('/'), build: await read('/build') };
}

/** Where the platform keeps its short-named sockets: below the system's temporary folder, as a note of its own says. */
const socketFolder = (): string => readFileSync(join(berth.folder, 'sockets'), 'utf8');

beforeAll(async () => {
  process.env['BERTH_CANARY'] = CANARY;
  berth = await BerthProcess.start();
  const api = await Api.open(berth);
  neighbour = await api.workloadFor(await Repository.make(webApp('neighbour')));
  await api.deployLive(neighbour.id);
  await api.call('PATCH', `/v1/secrets/${neighbour.id}`, { set: { TOKEN: NEIGHBOUR_SECRET } });
  await eventually(async () => expect((await ask(neighbour.url, '/env')).body).toContain(NEIGHBOUR_SECRET), {
    within: 60_000,
  });
  reports = await probeFrom(api);
});
afterAll(async () => {
  delete process.env['BERTH_CANARY'];
  await berth.stopAndRemove();
});

describe.each(['app', 'build'] as const)('the code of an %s', (which) => {
  const report = () => reports[which];

  it('sees an environment of its own, with nothing of the platform', () => {
    const text = JSON.stringify(report().environment);
    const names = Object.keys(report().environment).filter(
      (name) => !/^(PATH|HOME|TMPDIR|LANG|PWD|PORT|HOST)$/.test(name),
    );
    expect(text).not.toContain(CANARY);
    expect(names.filter((name) => /DATABASE|SECRET|KEY|TOKEN|PASSWORD|PGP|JEST/.test(name))).toEqual([]);
  });

  it('inherits no open file of the platform', () => {
    const kinds = report().descriptors.map((each) => each ?? '');
    const foreign = kinds.filter((each) => each.includes(berth.folder) && !each.includes('/builds/'));
    expect(foreign).toEqual([]);
  });

  it('is asked for a password by the database', () => expect(report().postgres).toMatch(/^R(10|5|3)$/));

  // Without root there is one user for everything: one trust domain, as SECURITY.md says.
  if (!isRoot) {
    it("runs as the platform's own user", () => expect(report().uid).toBe(process.getuid?.()));
    return;
  }

  it('runs as a user of its own, neither root nor the one of the platform', () => {
    expect(report().uid).toBeGreaterThanOrEqual(200_000);
    expect(reports.app.uid).not.toBe(reports.build.uid);
  });

  it('reads the environment of no process of another user, its parent and neighbours included', () => {
    expect(report().foreignEnvironments).toEqual([]);
    expect(JSON.stringify(report())).not.toContain(NEIGHBOUR_SECRET);
    if (which === 'app') expect(report().parent).toEqual({ error: 'EACCES' });
  });

  it('reads no file of the platform or of a neighbour, and lists no folder of theirs', () => {
    expect(report().files.length).toBeGreaterThan(100);
    expect(report().files.filter(([, tried]) => tried.error === undefined)).toEqual([]);
    expect(report().folders.filter(([, tried]) => tried.error === undefined)).toEqual([]);
  });

  it('writes nowhere in the data folder', () => {
    expect(report().writes.filter(([, tried]) => tried.error === undefined)).toEqual([]);
  });

  it('connects to no socket of the platform', () => {
    const names = report().sockets.map(([path]) => basename(path).replace(/\d+$/, ''));
    expect(names).toEqual(expect.arrayContaining(['agent.sock', 'gateway.sock', '.s.PGSQL.']));
    expect(report().sockets.filter(([, answer]) => answer === true)).toEqual([]);
  });
});
