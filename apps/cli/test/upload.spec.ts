import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { extract } from 'tar';
import { sourceFiles } from '../src/source/source-files.js';
import { app, bySlug, deployment, idOf, json, problem } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const create = `POST /v1/workloads/${idOf(40)}/deployments`;

describe('a folder as source', () => {
  const put = async (path: string, text = ''): Promise<void> => {
    await mkdir(dirname(join(terminal.folder, path)), { recursive: true });
    await writeFile(join(terminal.folder, path), text);
  };

  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/apps', bySlug(app('hello', { kind: 'upload' })));
    platform.on('POST /v1/uploads', (_, response) => json(response, { id: idOf(70) }, 201));
    platform.on(create, (_, response) => json(response, deployment(), 202));
  });

  it('leaves out what .gitignore and .berthignore name, at every depth, and .git always', async () => {
    await put('.gitignore', 'node_modules/\n*.log\n/dist\n');
    await put('.berthignore', 'docs/\n!keep.log\n');
    await put('packages/a/.gitignore', '*.tmp\n!important.tmp\n/local\n');
    const kept = [
      'index.js',
      'keep.log',
      'packages/a/dist',
      'packages/a/important.tmp',
      'packages/b/x.tmp',
      'packages/b/local',
    ];
    const left = ['.git/HEAD', '.berth.json', 'dist', 'docs/a.md', 'x.log', 'packages/a/x.log', 'packages/a/x.tmp'];
    for (const path of [
      ...kept,
      ...left,
      'node_modules/m/index.js',
      'packages/b/node_modules/m.js',
      'packages/a/local',
    ]) {
      await put(path);
    }
    const rules = ['.berthignore', '.gitignore', 'packages/a/.gitignore'];
    expect(await sourceFiles(terminal.folder)).toEqual([...kept, ...rules].sort());
  });

  it('does not look into an ignored folder for something to keep', async () => {
    await put('.gitignore', 'secret/\n!secret/key\n');
    await put('secret/key');
    expect(await sourceFiles(terminal.folder)).toEqual(['.gitignore']);
  });

  it('is sent as a gzipped tar without names of this machine, and deployed', async () => {
    await put('server.js', 'listen()');
    await put('@scope/file', 'at');
    await put('ümlaut/ü', 'u');
    await symlink('server.js', join(terminal.folder, 'link.js'));
    const ran = await terminal.berth(['deploy', '--dir', '.']);
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Uploading 4 files, /) });
    const [sent] = platform.to('POST /v1/uploads');
    expect(Object.fromEntries(sent?.query ?? [])).toEqual({ organization: idOf(1), project: idOf(10) });
    expect(sent?.headers['content-type']).toBe('application/gzip');
    const unpacked = await unpack(sent?.body ?? Buffer.alloc(0), terminal.home);
    expect(await readFile(join(unpacked.folder, 'server.js'), 'utf8')).toBe('listen()');
    expect(await readFile(join(unpacked.folder, '@scope/file'), 'utf8')).toBe('at');
    expect((await lstat(join(unpacked.folder, 'link.js'))).isSymbolicLink()).toBe(true);
    expect(unpacked.owners).toEqual([undefined]);
    expect(platform.bodies(create)).toEqual([{ source: { kind: 'upload', uploadId: idOf(70) } }]);
  });

  it('is the folder that is linked to the app, from wherever inside it the command runs', async () => {
    await put('.berth.json', '{"organization":"acme","project":"shop","app":"hello"}');
    await put('sub/file', 'x');
    expect(await terminal.berth(['deploy'], { folder: join(terminal.folder, 'sub') })).toMatchObject({ code: 0 });
    const { folder } = await unpack(platform.to('POST /v1/uploads')[0]?.body ?? Buffer.alloc(0), terminal.home);
    expect(await readdir(folder)).toEqual(['sub']);
  });

  it('refuses an empty folder, and starts nothing when the upload is refused', async () => {
    expect(await terminal.berth(['deploy', '--dir', '.'])).toMatchObject({ code: 2 });
    await put('a');
    platform.on('POST /v1/uploads', (_, response) => problem(response, 413, 'upload_too_large'));
    expect(await terminal.berth(['deploy', '--dir', '.'])).toMatchObject({ code: 6 });
    expect(platform.to(create)).toHaveLength(0);
  });

  it('leaves no archive behind', async () => {
    const drafts = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(`berth-source-${process.pid}-`));
    const before = await drafts();
    await put('a');
    await terminal.berth(['deploy', '--dir', '.']);
    expect((await drafts()).filter((name) => !before.includes(name))).toEqual([]);
  });
});

async function unpack(archive: Buffer, home: string) {
  const folder = await mkdtemp(join(home, 'unpacked-'));
  const owners = new Set<number | undefined>();
  await writeFile(join(folder, '.archive'), archive);
  await extract({
    cwd: folder,
    file: join(folder, '.archive'),
    onReadEntry: (entry) => owners.add(entry.uid),
  });
  await rm(join(folder, '.archive'));
  return { folder, owners: [...owners] };
}
