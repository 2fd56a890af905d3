import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { type Runtime, RuntimeUnavailable } from '@berth/deployment-management';
import { channels, type ExecRequest, type SessionResult, sessionResult } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { desiredAs, type RuntimeHarness } from './runtime.contract.js';

const never = new AbortController().signal;
const message = (channel: number, text = ''): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const endOfInput = Buffer.from([channels.end, channels.input]);

interface Told {
  output: string;
  errors: string;
  result: SessionResult | null;
}

/** What a session says, as it comes. */
function listen(session: Duplex): Told {
  const told: Told = { output: '', errors: '', result: null };
  session.on('data', (frame: Buffer) => {
    const text = frame.subarray(1).toString();
    if (frame[0] === channels.output) told.output += text;
    if (frame[0] === channels.errors) told.errors += text;
    if (frame[0] === channels.result) told.result = sessionResult.parse(JSON.parse(text));
  });
  session.on('error', () => undefined);
  return told;
}

/**
 * What becomes of a command. `repeated`: the fake world runs nothing and says again what it is told. `played`: KWOK runs it on
 * this machine, but tells neither the end of its input nor the code it failed with, and does not end it.
 */
export type Commands = 'repeated' | 'played' | 'run';

/** Ways into an instance, whichever world it is in. */
export function sessionsContract(name: string, start: () => Promise<RuntimeHarness>, commands: Commands): void {
  describe(`sessions on ${name}`, () => {
    let harness: RuntimeHarness;
    let runtime: Runtime;
    let instance: { workloadId: string; instance: string };
    beforeAll(async () => {
      harness = await start();
      runtime = harness.runtime;
      const workloadId = randomUUID();
      const kind = runtime.artifactKinds.includes('slug') ? 'slug' : 'image';
      await runtime.apply(desiredAs(kind, workloadId, { artifact: harness.good('one') }), never);
      await eventually(
        async () => {
          const [found] = (await runtime.observe(workloadId, never))?.instances ?? [];
          expect(found?.state).toBe('ready');
          instance = { workloadId, instance: found!.id };
        },
        { within: 60_000 },
      );
    }, 600_000);
    afterAll(() => harness.close());

    const exec = (command: string[], change: Partial<ExecRequest> = {}) =>
      runtime.exec(instance, { command, input: false, terminal: false, ...change }, never);
    const ran = async (command: string[]): Promise<Told> => {
      const session = await exec(command);
      const told = listen(session);
      await once(session, 'end');
      return told;
    };

    it('of an instance that is not there are refused', async () => {
      const missing = { ...instance, instance: 'web-0000000000' };
      const request = { command: ['true'], input: false, terminal: false };
      await expect(runtime.exec(missing, request, never)).rejects.toMatchObject({ reason: 'instance_not_found' });
      await expect(runtime.forward(missing, null, never)).rejects.toMatchObject({ reason: 'instance_not_found' });
    });

    it('carry input to a command, what it prints back, and its end', async () => {
      const session = await exec(['cat'], { input: true });
      const told = listen(session);
      session.write(message(channels.input, 'hello '));
      session.write(message(channels.input, 'you\n'));
      await eventually(() => expect(told.output).toContain('hello you\n'));
      session.destroy();
    });

    if (commands === 'repeated') return;

    it('tell output and errors apart, and that a command succeeded', async () => {
      const { output, errors, result } = await ran(['sh', '-c', 'echo out; echo err >&2']);
      expect({ output, errors, exitCode: result?.exitCode }).toEqual({ output: 'out\n', errors: 'err\n', exitCode: 0 });
    });

    it('pass words on as they are: no shell reads them', async () => {
      const words = ['a b', '$HOME', '"', "'", ';', '&', 'ü', '*'];
      expect((await ran(['printf', '%s\n', ...words])).output).toBe(`${words.join('\n')}\n`);
    });

    it('lose nothing of what is larger than a message', async () => {
      const session = await exec(['sh', '-c', 'head -c 2097152 | sha256sum'], { input: true });
      const told = listen(session);
      const hash = createHash('sha256');
      for (let part = 0; part < 64; part++) {
        const text = String(part).padEnd(32_768, '.');
        hash.update(text);
        if (!session.write(message(channels.input, text))) await once(session, 'drain');
      }
      const digest = hash.digest('hex');
      await eventually(() => expect(told.output).toContain(digest), { within: 60_000 });
      session.destroy();
    });

    it('give a command a terminal', async () => {
      const session = await exec(['sh', '-c', 'test -t 0 && test -t 1 && echo a terminal; sleep 1'], {
        terminal: true,
        input: true,
      });
      const told = listen(session);
      await eventually(() => expect(told.output).toContain('a terminal'));
      await eventually(() => expect(told.result).toMatchObject({ exitCode: 0 }));
    });

    it('say of a command that is not there that it cannot be run', async () => {
      const { result, errors } = await ran(['no-such-program-5b1c']);
      expect(result?.exitCode).not.toBe(0);
      expect(`${result?.message}${errors}`).toMatch(/no-such-program-5b1c|ENOENT|not found/);
    });

    it('carry a connection to the port of an instance', async () => {
      const session = await runtime.forward(instance, null, never);
      const told = listen(session);
      session.write(message(channels.input, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
      await eventually(() => expect(told.output).toMatch(/HTTP\/1.1/));
      session.destroy();
    });

    if (commands === 'run') {
      it('tell the code with which a command failed', async () =>
        expect((await ran(['sh', '-c', 'exit 7'])).result).toEqual({ exitCode: 7, message: '' }));

      it('tell a command the end of its input', async () => {
        const session = await exec(['cat'], { input: true });
        const told = listen(session);
        session.write(message(channels.input, 'all'));
        session.write(endOfInput);
        await eventually(() => expect(told).toMatchObject({ output: 'all', result: { exitCode: 0 } }));
      });

      it('end what runs when they end', async () => {
        const mark = `berth-${randomUUID()}`;
        const session = await exec(['sh', '-c', `: ${mark}; echo up; while :; do sleep 1; done`]);
        const told = listen(session);
        await eventually(() => expect(told.output).toBe('up\n'));
        expect(harness.runs(mark)).toBe(true);
        session.destroy();
        await eventually(() => expect(harness.runs(mark)).toBe(false), { within: 60_000 });
      });
    }

    it('cannot be had while the runtime cannot be asked', async () => {
      await harness.takeDown();
      await expect(exec(['true'])).rejects.toThrow(RuntimeUnavailable);
      await harness.bringUp();
    });
  });
}
