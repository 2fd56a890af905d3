import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Build } from '@berth/contracts/build';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Unpack } from 'tar';
import { openBlob } from '../src/index.js';
import { temporaryFolder } from './support/folders.js';
import { toolPath } from './support/host.js';
import { type Deployment, Platform } from './support/platform.js';
import { Repository } from './support/repository.js';
import { execa } from 'execa';

let platform: Platform;
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  platform = await Platform.start({ TOOL_PATH: `${toolPath}:/usr/local/go/bin` });
});
afterAll(() => platform.close());

const repositoryOf = async (example: string): Promise<Repository> => {
  const repository = await Repository.create(folder, {});
  const source = join(import.meta.dirname, '../../../examples', example);
  await execa('cp', ['-R', `${source}/.`, repository.folder]);
  await repository.commit({}, example);
  return repository;
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

interface Launch {
  readonly path: string[];
  readonly env: Record<string, string>;
}

/** Runs a slug as a runtime does, asks its web process, and ends it. */
async function answerOf(built: Build, path: string): Promise<string> {
  const place = join(await temporaryFolder(), 'slug');
  await mkdir(place);
  const unpack = new Unpack({ cwd: place, strict: true });
  const done = new Promise((resolve, reject) => unpack.on('close', resolve).on('error', reject));
  (await openBlob(join(platform.folder, 'store'), built.artifact?.digest ?? '')).pipe(unpack as never);
  await done;
  const launch = (await import(join(place, '.berth/launch.json'), { with: { type: 'json' } })) as { default: Launch };
  const port = await freePort();
  const command = built.processes.find(({ name }) => name === 'web')?.command ?? '';
  const bins = launch.default.path.map((each) => join(place, each));
  const env = { ...launch.default.env, PORT: String(port), HOST: '127.0.0.1', PATH: [...bins, toolPath].join(':') };
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { cwd: place, env, stdio: 'inherit' });
  try {
    return await eventually(async () => (await fetch(`http://127.0.0.1:${port}${path}`)).text(), { within: 60_000 });
  } finally {
    child.kill('SIGTERM');
  }
}

const commands = (log: readonly string[]): string[] => log.filter((line) => line.startsWith('$ '));
const installs = (command: string): boolean => /^\$ (npm|python3|\S*pip|go mod)\b/.test(command);
const built = async (deployment: Deployment): Promise<Build> => {
  const found = await platform.ended(deployment, 240_000);
  if (found.status !== 'succeeded') throw new Error(JSON.stringify(found.failure, null, 2));
  return found;
};

describe('an app of ordinary shape', () => {
  it.each([
    ['hello-node', '/', 'Hello', 'server.js', false],
    ['static-site', '/', 'A site on Berth', 'index.html', false],
    ['express', '/', 'Hello from Express', 'server.js', true],
    ['flask', '/', 'Hello from Flask', 'app.py', true],
    ['go-hello', '/', 'Hello from Go', 'main.go', false],
  ])(
    'is built from its repository, runs, and installs once: %s',
    async (example, path, words, source, hasDependencies) => {
      const repository = await repositoryOf(example);
      const { url } = repository;
      const first = await platform.request({ url });
      const cold = await built(first);
      expect(await answerOf(cold, path)).toContain(words);
      const same = await built(await platform.request({ url, like: first }));
      expect(same).toMatchObject({ reused: true, artifact: cold.artifact });
      await execa('sh', ['-c', `printf '\n' >> ${source}`], { cwd: repository.folder });
      await repository.commit({}, 'another empty line');
      const changedRequest = await platform.request({ url, like: first });
      const changed = await built(changedRequest);
      expect(changed.reused).toBe(false);
      // The dependencies are taken from the cache; how much faster that is stands in bench/.
      const inFirst = commands(await platform.log(first));
      expect(inFirst.some(installs)).toBe(hasDependencies);
      expect(commands(await platform.log(changedRequest))).toEqual(inFirst.filter((each) => !installs(each)));
    },
  );

  it.each(['express', 'flask', 'go-hello'])(
    'gives the same digest when it is built by another app: %s',
    async (example) => {
      const { url } = await repositoryOf(example);
      const digests = [];
      for (let index = 0; index < 2; index += 1)
        digests.push((await built(await platform.request({ url }))).artifact?.digest);
      expect(digests[0]).toBe(digests[1]);
    },
  );
});
