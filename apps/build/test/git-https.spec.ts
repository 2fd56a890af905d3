import { mkdir, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Clock } from '@berth/service-kit';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandRunner } from '../src/execution/command-runner.js';
import { ProcessLedger } from '../src/execution/process-ledger.js';
import { Git } from '../src/sources/git.js';
import { GitSource, type GitSourceOptions } from '../src/sources/git-source.js';
import { temporaryFolder } from './support/folders.js';
import {
  certificateFile,
  type GitHttpsServer,
  type GitHttpsServerOptions,
  startGitHttps,
} from './support/git-https-server.js';
import { Repository } from './support/repository.js';

const clock = new Clock();
let root: string;
let path: string;
const servers: GitHttpsServer[] = [];

beforeAll(async () => {
  root = await temporaryFolder();
  const repository = await Repository.create(root, { 'app.js': 'hello' });
  path = `/${basename(repository.folder)}.git`;
  await rename(join(repository.folder, '.git'), join(root, path));
});
afterEach(() => Promise.all(servers.splice(0).map((each) => each.close())));

const serve = async (options: Partial<GitHttpsServerOptions> = {}): Promise<GitHttpsServer> => {
  const server = await startGitHttps({ root, ...options });
  servers.push(server);
  return server;
};

const checkout = async (url: string, options: Partial<GitSourceOptions> = {}) => {
  const place = await temporaryFolder();
  const into = join(place, 'into');
  await mkdir(into);
  const runner = new CommandRunner(new ProcessLedger(join(place, 'ledger'), clock), clock, 0);
  const toolPath = process.env['PATH'] ?? '';
  const source = new GitSource(
    new Git({ folder: join(place, 'git'), toolPath, allowLocal: false, caFile: certificateFile }, runner),
    {
      mirrors: join(place, 'mirrors'),
      limits: { maxBytes: 1e7, maxEntries: 100, timeoutSeconds: 120 },
      allowLocal: false,
      allowPrivateAddresses: true,
      hosts: [],
      // These names are in no DNS: that they are reached at all shows that git connects to the address that was checked.
      resolve: async () => ['127.0.0.1'],
      ...options,
    },
    clock,
  );
  const organizationId = '01890000-0000-7000-8000-000000000001';
  await source.checkout({ organizationId, url, ref: 'main', into, signal: new AbortController().signal });
  return readFile(join(into, 'app.js'), 'utf8');
};

describe('fetching over https', () => {
  it('connects to the address that was checked', async () => {
    const { port, asked } = await serve();
    expect(await checkout(`https://git.example.test:${port}${path}`)).toBe('hello');
    expect(new Set(asked.map(({ host }) => host))).toEqual(new Set([`git.example.test:${port}`]));
  });

  it('sends the credentials of the URL, and only to its host', async () => {
    const authorization = `Basic ${Buffer.from('me:hunter22').toString('base64')}`;
    const { port, asked } = await serve({ authorization });
    expect(await checkout(`https://me:hunter22@git.example.test:${port}${path}`)).toBe('hello');
    expect(asked.every((each) => each.authorization === authorization)).toBe(true);
    expect(asked.every((each) => !each.path.includes('hunter22'))).toBe(true);
  });

  it('says that credentials are missing or wrong, and does not ask for them', async () => {
    const { port } = await serve({ authorization: 'Basic other' });
    for (const credentials of ['', 'me:hunter22@'])
      await expect(checkout(`https://${credentials}git.example.test:${port}${path}`)).rejects.toMatchObject({
        cause: 'source_denied',
      });
  });

  it('finds a repository whose name lacks .git, as some hosts redirect it', async () => {
    const bare = path.slice(0, -'.git'.length);
    const { port } = await serve({ redirects: { [`${bare}/`]: `${path}/` } });
    expect(await checkout(`https://git.example.test:${port}${bare}`)).toBe('hello');
  });

  it('follows no redirect, because its target was not checked', async () => {
    const target = await serve();
    const { port } = await serve({ redirects: { '/': `https://elsewhere.example.test:${target.port}/` } });
    await expect(checkout(`https://git.example.test:${port}${path}`)).rejects.toMatchObject({
      cause: 'source_not_found',
    });
    expect(target.asked).toEqual([]);
  });

  it('does not even connect to a private address', async () => {
    const { port, asked } = await serve();
    const url = `https://git.example.test:${port}${path}`;
    await expect(checkout(url, { allowPrivateAddresses: false })).rejects.toMatchObject({ cause: 'source_denied' });
    expect(asked).toEqual([]);
  });

  it('says that a repository is not there', async () => {
    const { port } = await serve();
    await expect(checkout(`https://git.example.test:${port}/gone.git`)).rejects.toMatchObject({
      cause: 'source_not_found',
    });
  });

  it('trusts no certificate of another name', async () => {
    const { port } = await serve();
    await expect(checkout(`https://other.example.test:${port}${path}`)).rejects.toMatchObject({
      cause: 'source_not_found',
    });
  });

  it('does not wait for ever for a host that says nothing', async () => {
    const { port } = await serve({ silent: true });
    const limits = { maxBytes: 1e7, maxEntries: 100, timeoutSeconds: 1 };
    await expect(checkout(`https://git.example.test:${port}${path}`, { limits })).rejects.toMatchObject({
      cause: 'timeout',
    });
  });
});
