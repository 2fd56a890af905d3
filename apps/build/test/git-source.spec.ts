import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Clock } from '@berth/service-kit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CommandRunner } from '../src/execution/command-runner.js';
import { ProcessLedger } from '../src/execution/process-ledger.js';
import { Git } from '../src/sources/git.js';
import { GitSource, type GitSourceOptions } from '../src/sources/git-source.js';
import { temporaryFolder } from './support/folders.js';
import { Repository } from './support/repository.js';

const clock = new Clock();
const organizationId = '01890000-0000-7000-8000-000000000001';
let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
});

const sourceIn = (place: string, options: Partial<GitSourceOptions> = {}): GitSource => {
  const runner = new CommandRunner(new ProcessLedger(join(place, 'ledger'), clock), clock, 0);
  const allowLocal = options.allowLocal ?? true;
  const toolPath = process.env['PATH'] ?? '';
  return new GitSource(
    new Git({ folder: join(place, 'git'), toolPath, allowLocal }, runner),
    {
      mirrors: join(place, 'mirrors'),
      limits: { maxBytes: 50_000_000, maxEntries: 1_000, timeoutSeconds: 120 },
      allowLocal,
      allowPrivateAddresses: false,
      hosts: [],
      resolve: async () => ['140.82.121.4'],
      ...options,
    },
    clock,
  );
};

const checkout = async (source: GitSource, url: string, ref = 'main', signal = new AbortController().signal) => {
  count += 1;
  const into = join(folder, `checkout-${count}`);
  await mkdir(into);
  return { into, ...(await source.checkout({ organizationId, url, ref, into, signal })) };
};

describe('fetching a commit', () => {
  it('lays down the files of a branch, and says what they are', async () => {
    const repository = await Repository.create(folder, { 'app.js': '1\n', 'lib/x.js': '2\n' });
    const commit = await repository.commit({ 'app.js': '3\n' }, 'Third thing\n\nwith a body');
    const found = await checkout(sourceIn(folder), repository.url);
    expect(found).toMatchObject({
      commit,
      tree: `git:${await repository.git('rev-parse', 'HEAD^{tree}')}`,
      subject: 'Third thing',
    });
    expect(await readFile(join(found.into, 'app.js'), 'utf8')).toBe('3\n');
    expect((await readdir(found.into)).sort()).toEqual(['app.js', 'lib']);
  });

  it('takes the commit alone, and nothing of what was before it', async () => {
    const repository = await Repository.create(folder, { big: incompressible(300_000) });
    await repository.commit({ big: 'small now' }, 'second');
    await repository.commit({ more: 'x' }, 'third');
    const place = await temporaryFolder();
    const limits = { maxBytes: 100_000, maxEntries: 100, timeoutSeconds: 120 };
    expect((await checkout(sourceIn(place, { limits }), repository.url)).subject).toBe('third');
    const [name = ''] = await readdir(join(place, 'mirrors'));
    expect(await repository.git('--git-dir', join(place, 'mirrors', name), 'rev-list', '--count', '--all')).toBe('1');
  });

  it('finds tags, also annotated ones, full commit ids and HEAD', async () => {
    const repository = await Repository.create(folder, { a: '1' });
    const first = await repository.git('rev-parse', 'HEAD');
    await repository.git('tag', '--annotate', '--message', 'one', 'v1');
    const second = await repository.commit({ a: '2' }, 'second');
    const source = sourceIn(folder);
    expect((await checkout(source, repository.url, 'v1')).commit).toBe(first);
    expect((await checkout(source, repository.url, first)).commit).toBe(first);
    expect((await checkout(source, repository.url, 'HEAD')).commit).toBe(second);
  });

  it('sees a branch that moved, also backwards', async () => {
    const repository = await Repository.create(folder, { a: '1' });
    const source = sourceIn(folder);
    const first = (await checkout(source, repository.url)).commit;
    await repository.commit({ a: '2' }, 'second');
    expect((await checkout(source, repository.url)).commit).not.toBe(first);
    await repository.git('reset', '--quiet', '--hard', first ?? '');
    const back = await checkout(source, repository.url);
    expect(back.commit).toBe(first);
    expect(await readFile(join(back.into, 'a'), 'utf8')).toBe('1');
  });

  it('serves several builds of one repository at once', async () => {
    const repository = await Repository.create(folder, { a: '1' });
    const source = sourceIn(folder);
    const all = await Promise.all(Array.from({ length: 5 }, () => checkout(source, repository.url)));
    expect(new Set(all.map(({ commit }) => commit)).size).toBe(1);
  });

  it('recovers from a mirror that a kill left broken', async () => {
    const repository = await Repository.create(folder, { a: '1' });
    const place = await temporaryFolder();
    const source = sourceIn(place);
    await checkout(source, repository.url);
    const [name = ''] = await readdir(join(place, 'mirrors'));
    const mirror = join(place, 'mirrors', name);
    await writeFile(join(mirror, 'shallow.lock'), '');
    await rm(join(mirror, 'objects/pack'), { recursive: true });
    await mkdir(join(mirror, 'objects/pack'));
    await repository.commit({ a: '2' }, 'second');
    const found = await checkout(source, repository.url);
    expect(await readFile(join(found.into, 'a'), 'utf8')).toBe('2');
  });

  it('reads a local repository that belongs to another user', async () => {
    const repository = await Repository.create(folder, { a: '1' });
    if (process.getuid?.() === 0) await chown(join(repository.folder, '.git'), 54_321, 54_321);
    await expect(checkout(sourceIn(folder), repository.folder)).resolves.toMatchObject({ subject: 'first' });
  });

  it('fetches an empty tree', async () => {
    const repository = await Repository.create(folder, {});
    expect(await readdir((await checkout(sourceIn(folder), repository.url)).into)).toEqual([]);
  });

  it('does not run hooks, filters or submodules of a repository', async () => {
    const inner = await Repository.create(folder, { secret: 'x' });
    const repository = await Repository.create(folder, { '.gitattributes': '* filter=evil\n', a: '1' });
    const mark = join(folder, 'hook-ran');
    await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.url, 'sub');
    await repository.commit({}, 'with a submodule');
    for (const hook of ['post-checkout', 'pre-upload', 'reference-transaction', 'post-index-change']) {
      const file = join(repository.folder, '.git/hooks', hook);
      await writeFile(file, `#!/bin/sh\ntouch ${mark}\n`);
      await chmod(file, 0o755);
    }
    await repository.git('config', 'uploadpack.packObjectsHook', `touch ${mark} && exec`);
    const found = await checkout(sourceIn(folder), repository.url);
    expect(existsSync(mark)).toBe(false);
    expect(await readdir(join(found.into, 'sub'))).toEqual([]);
  });
});

describe('what cannot be fetched', () => {
  it.each([
    ['a branch that is not there', 'gone', 'source_not_found'],
    ['a commit that is not there', 'a'.repeat(40), 'source_not_found'],
    ['an option as a ref', '--upload-pack=touch /tmp/berth-pwned', 'source_not_found'],
    ['a ref with dots', 'main..gone', 'source_not_found'],
  ])('%s ends with a cause', async (_, ref, cause) => {
    const repository = await Repository.create(folder);
    await expect(checkout(sourceIn(folder), repository.url, ref)).rejects.toMatchObject({ cause });
    expect(existsSync('/tmp/berth-pwned')).toBe(false);
  });

  it('a folder that is no repository, and one that is not there', async () => {
    const source = sourceIn(folder);
    await expect(checkout(source, '/nonexistent/repository')).rejects.toMatchObject({ cause: 'source_not_found' });
    await expect(checkout(source, folder)).rejects.toMatchObject({ cause: 'source_not_found' });
  });

  it.each(['--upload-pack=touch /tmp/berth-pwned', 'ext::sh -c "touch /tmp/berth-pwned"', 'http://127.0.0.1/a.git'])(
    'the hostile URL %s is refused before git is started',
    async (url) => {
      await expect(checkout(sourceIn(folder), url)).rejects.toMatchObject({ cause: 'source_denied' });
      expect(existsSync('/tmp/berth-pwned')).toBe(false);
    },
  );

  it('git itself would refuse a transport that slipped through', async () => {
    const runner = new CommandRunner(new ProcessLedger(join(folder, 'ledger'), clock), clock, 0);
    const git = new Git(
      { folder: join(folder, 'git-strict'), toolPath: process.env['PATH'] ?? '', allowLocal: false },
      runner,
    );
    const repository = await Repository.create(folder);
    const { signal } = new AbortController();
    for (const url of [
      'ext::sh -c id',
      'http://127.0.0.1:1/a',
      'ssh://127.0.0.1/a',
      'git://127.0.0.1/a',
      repository.url,
    ]) {
      const answer = await git.run({ folder, signal, arguments: ['ls-remote', '--', url] });
      expect(answer.errors.join('\n')).toMatch(/transport '.*' not allowed/);
    }
  });

  it('a local repository when the platform does not allow it', async () => {
    const repository = await Repository.create(folder);
    const source = sourceIn(folder, { allowLocal: false });
    await expect(checkout(source, repository.url)).rejects.toMatchObject({ cause: 'source_denied' });
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['a mix of public and private', ['140.82.121.4', '10.0.0.1']],
    ['IPv6 loopback', ['::1']],
  ])('a host whose name means %s', async (_, addresses) => {
    const source = sourceIn(folder, { resolve: async () => addresses });
    await expect(checkout(source, 'https://git.example.com/a.git')).rejects.toMatchObject({ cause: 'source_denied' });
  });

  it('a host that is not on the list of those that may be asked', async () => {
    const source = sourceIn(folder, {
      hosts: ['git.example.com', '*.example.org'],
      resolve: async () => Promise.reject(new Error('a name was looked up that nobody may ask')),
    });
    for (const host of ['other.example.com', 'example.org'])
      await expect(checkout(source, `https://${host}/a.git`)).rejects.toMatchObject({ cause: 'source_denied' });
    await expect(checkout(source, 'https://git.example.com/a.git')).rejects.toMatchObject({
      cause: 'source_not_found',
    });
  });

  it('a host without an address', async () => {
    const source = sourceIn(folder, { resolve: async () => Promise.reject(new Error('ENOTFOUND')) });
    await expect(checkout(source, 'https://nowhere.invalid/a.git')).rejects.toMatchObject({
      cause: 'source_not_found',
    });
  });

  it('a host that does not answer, without showing its credentials', async () => {
    const source = sourceIn(folder, { allowPrivateAddresses: true, resolve: async () => ['127.0.0.1'] });
    const failure = await checkout(source, 'https://me:hunter22@127.0.0.1:9/a.git').catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: 'source_not_found' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('hunter22');
  });
});

describe('limits', () => {
  it('ends a fetch that is too large', async () => {
    const repository = await Repository.create(folder, { big: incompressible(300_000) });
    const source = sourceIn(await temporaryFolder(), {
      limits: { maxBytes: 100_000, maxEntries: 100, timeoutSeconds: 120 },
    });
    await expect(checkout(source, repository.url)).rejects.toMatchObject({ cause: 'source_too_large' });
  });

  it('refuses a small pack of a large tree before it is laid down', async () => {
    const repository = await Repository.create(folder, { zeros: '0'.repeat(5_000_000) });
    const source = sourceIn(folder, { limits: { maxBytes: 1_000_000, maxEntries: 100, timeoutSeconds: 120 } });
    await expect(checkout(source, repository.url)).rejects.toMatchObject({ cause: 'source_too_large' });
    expect(await readdir(join(folder, `checkout-${count}`))).toEqual([]);
  });

  it('refuses a tree of too many files', async () => {
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}`, 'x']));
    const repository = await Repository.create(folder, files);
    const source = sourceIn(folder, { limits: { maxBytes: 1_000_000, maxEntries: 50, timeoutSeconds: 120 } });
    await expect(checkout(source, repository.url)).rejects.toMatchObject({ cause: 'source_too_large' });
  });

  it('ends a fetch that takes too long with its own cause, and one that is aborted without', async () => {
    const repository = await Repository.create(folder);
    const limits = { maxBytes: 1_000_000, maxEntries: 50, timeoutSeconds: 0.001 };
    await expect(checkout(sourceIn(folder, { limits }), repository.url)).rejects.toMatchObject({ cause: 'timeout' });
    const aborted = AbortSignal.abort();
    await expect(checkout(sourceIn(folder), repository.url, 'main', aborted)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('links in a source', () => {
  const refused = async (links: Readonly<Record<string, string>>): Promise<unknown> => {
    const repository = await Repository.create(folder, { 'inside/file': 'x' });
    for (const [name, target] of Object.entries(links)) await symlink(target, join(repository.folder, name));
    await repository.commit({}, 'links');
    return checkout(sourceIn(folder), repository.url).then(
      () => 'accepted',
      (error: { cause: string }) => error.cause,
    );
  };

  it.each([
    ['absolute', { out: '/etc/passwd' }],
    ['relative', { out: '../../../../etc/passwd' }],
    ['to the folder above', { out: '..' }],
    ['to a file that is not there, outside', { out: '../gone' }],
    ['through another link', { a: 'inside', out: 'a/../../etc' }],
    ['two steps', { here: '.', out: 'here/../../x' }],
  ])('are refused when they lead out: %s', async (_, links) => expect(await refused(links)).toBe('source_denied'));

  it.each([
    ['a file', { link: 'inside/file' }],
    ['a folder', { link: 'inside' }],
    ['itself', { link: '.' }],
    ['nothing, inside', { link: 'inside/gone' }],
  ])('are taken when they stay inside: %s', async (_, links) => expect(await refused(links)).toBe('accepted'));
});

function incompressible(length: number): string {
  let seed = 42;
  return Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCharCode(33 + ((seed >> 16) % 94));
  }).join('');
}
