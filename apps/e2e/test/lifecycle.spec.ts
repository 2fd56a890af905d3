import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '@berth/local-postgres';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask } from './support/app-http.js';
import { BerthProcess, main, node, processesNaming } from './support/berth-process.js';

jest.setTimeout(300_000);

/** Starts it where it must not come up, and answers how it ended. */
function refused(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; error: string }> {
  const child = spawn(node, [main, ...args], { env: { ...process.env, ...environment } });
  let error = '';
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, error })));
}

const exampleUrlOf = (berth: BerthProcess): string => {
  const url = /Example\s+(\S+)/.exec(berth.output)?.[1];
  if (!url) throw new Error(`no example was printed:\n${berth.everything}`);
  return url;
};

describe('npm run up', () => {
  let berth: BerthProcess;
  let exampleUrl: string;

  beforeAll(async () => {
    berth = await BerthProcess.start({ arguments: [] });
    exampleUrl = exampleUrlOf(berth);
  });
  afterAll(() => berth.stopAndRemove());

  it('makes an administrator, deploys the example and ends with a URL that answers', async () => {
    expect(berth.administrator().password.length).toBeGreaterThanOrEqual(12);
    expect((await ask(exampleUrl)).status).toBe(200);
  });

  it('keeps the password nowhere', async () => {
    const { password } = berth.administrator();
    // It is forgotten once it was printed, so that an end in between does not lose it.
    const secrets = await eventually(async () => {
      const text = await readFile(join(berth.folder, 'secrets.json'), 'utf8');
      expect(JSON.parse(text)).toMatchObject({ administrator: null });
      return text;
    });
    expect(secrets).not.toContain(password);
  });

  it('refuses a second instance on the same folder, a taken port, and says so in one sentence', async () => {
    const second = await refused(['--data', berth.folder, '--port', String(await freePort()), '--no-example']);
    expect(second).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^Another Berth is running on the data folder .+\n$/),
    });
    const folder = await mkdtemp(join(tmpdir(), 'berth-refused-'));
    const taken = await refused(['--data', folder, '--port', String(berth.port), '--no-example']);
    expect(taken).toMatchObject({ code: 1, error: `Port ${berth.port} is taken. Choose another with --port.\n` });
    expect(await processesNaming(folder)).toEqual([]);
    await rm(folder, { recursive: true });
    expect((await ask(exampleUrl)).status).toBe(200);
  });

  it('says of an error that nobody foresaw where in our own files it was thrown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-trace-'));
    const args = ['--data', folder, '--port', String(await freePort()), '--no-example'];
    const { code, error } = await refused(args, { BERTH_LOG_LEVEL: 'no-level' });
    expect({ code, error }).toEqual({ code: 1, error: expect.stringContaining('no-level') });
    expect(error).toMatch(/apps\/standalone\/dist\/platform\/platform\.js:\d+/);
    expect(error).toMatch(/apps\/standalone\/dist\/standalone\.js:\d+/);
    expect(await processesNaming(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('is a program of ASCII letters: one other would double the memory of the file that it is in', async () => {
    const files = (await readdir(dirname(main))).filter((file) => file.endsWith('.js'));
    const texts = await Promise.all(files.map((file) => readFile(join(dirname(main), file), 'latin1')));
    expect(files).toContain('main.js');
    expect(files.filter((_, index) => /[\x80-\xff]/.test(texts[index] ?? ''))).toEqual([]);
  });

  it('ends at Ctrl-C with nothing left running, and comes back with all data and apps, without the password', async () => {
    expect(await berth.stop('SIGINT')).toBe(0);
    expect(await processesNaming(berth.folder)).toEqual([]);
    berth = await BerthProcess.start({ folder: berth.folder, port: berth.port, arguments: [] });
    expect(berth.output).not.toContain('Password');
    await eventually(async () => expect((await ask(exampleUrl)).status).toBe(200), { within: 60_000 });
  });

  it('comes back after kill -9, with every process of before gone', async () => {
    const before = await processesNaming(`${berth.folder}/agent`);
    expect(before.length).toBeGreaterThan(0);
    await berth.stop('SIGKILL');
    berth = await BerthProcess.start({ folder: berth.folder, port: berth.port, arguments: [] });
    await eventually(async () => expect((await ask(exampleUrl)).status).toBe(200), { within: 60_000 });
    const after = await processesNaming(`${berth.folder}/agent/instances`);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  });
});

describe('npm run up in a folder that is not its own', () => {
  it('that another start takes in the same moment: one has it, the other says so', async () => {
    for (let round = 0; round < 3; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'berth-twice-'));
      const [one, other] = await Promise.allSettled([BerthProcess.start({ folder }), BerthProcess.start({ folder })]);
      const won = [one, other].flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const lost = [one, other].flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
      await Promise.all(won.map((berth) => berth.stop()));
      expect(lost).toEqual([
        expect.stringMatching(/ended with 1 before it was up:\nAnother Berth is running on .+\n$/),
      ]);
      expect(won).toHaveLength(1);
      expect(await processesNaming(folder)).toEqual([]);
      await rm(folder, { recursive: true });
    }
  });

  it('of a newer version refuses and leaves it alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-newer-'));
    await writeFile(join(folder, 'version'), '999\n');
    const ended = await refused(['--data', folder, '--port', '0']);
    expect(ended).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^The data folder .+ was written by a newer Berth .+\n$/),
    });
    expect(await readFile(join(folder, 'version'), 'utf8')).toBe('999\n');
    await rm(folder, { recursive: true });
  });

  it('that cannot be written refuses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-file-'));
    await writeFile(join(folder, 'file'), '');
    await chmod(join(folder, 'file'), 0o400);
    const ended = await refused(['--data', join(folder, 'file', 'data'), '--port', '0']);
    expect(ended).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^The data folder .+ cannot be written: .+\n$/),
    });
    await rm(folder, { recursive: true });
  });

  it('with a wrong argument shows how it is used', async () => {
    expect(await refused(['--nonsense'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('Usage: npm run up'),
    });
  });
});
