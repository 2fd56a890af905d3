import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { channels } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { idOf, Platform, problem, workload } from './platform.js';
import { Terminal } from './terminal.js';

const message = (channel: number, text = ''): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const variables = { BERTH_TOKEN: 'a-token' };

describe('ways into an instance', () => {
  let platform: Platform;
  let terminal: Terminal;
  let asked: URL[];
  let received: string[];
  const sockets = new WebSocketServer({ noServer: true });

  beforeEach(async () => {
    [asked, received] = [[], []];
    platform = await Platform.start();
    terminal = await Terminal.open(platform.url);
    platform.on(`GET /v1/workloads/${idOf(40)}`, workload());
  });
  afterEach(async () => {
    await platform.stop();
    await terminal.close();
  });

  /** What the instance says to what it is sent; the first call is for the beginning. */
  const instance = (answer: (frame: Buffer | null) => Buffer[]) =>
    platform.onUpgrade((request, socket, head) => {
      asked.push(new URL(request.url ?? '', platform.url));
      expect(request.headers.authorization).toBe('Bearer a-token');
      sockets.handleUpgrade(request, socket, head, (client) => {
        const say = (frames: Buffer[]) => {
          for (const frame of frames) client.send(frame);
          if (frames.at(-1)?.[0] === channels.result) client.close();
        };
        client.on('message', (frame: Buffer) => {
          received.push(`${frame[0]} ${frame.subarray(1).toString()}`);
          say(answer(frame));
        });
        say(answer(null));
      });
    });
  const result = (exitCode: number | null, text = '') =>
    message(channels.result, JSON.stringify({ exitCode, message: text }));

  describe('exec', () => {
    it('prints what the command prints, each to its stream, and ends with its code', async () => {
      instance((frame) =>
        frame ? [] : [message(channels.output, 'one\n'), message(channels.errors, 'two\n'), result(3)],
      );
      const ran = await terminal.berth(['exec', '--instance', 'web-1', 'ls', '-l', '--json', 'a b'], { variables });
      expect(ran).toEqual({ code: 3, stdout: 'one\n', stderr: 'two\n' });
      expect(asked[0]?.pathname).toBe(`/v1/workloads/${idOf(40)}/exec`);
      expect(asked[0]?.searchParams.getAll('command')).toEqual(['ls', '-l', '--json', 'a b']);
      expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toMatchObject({
        ...{ instance: 'web-1', input: 'true', terminal: 'false' },
      });
    });

    it('sends what it is given, and its end', async () => {
      instance((frame) => (frame?.[0] === channels.end ? [result(0)] : []));
      const ran = await terminal.berth(['exec', 'cat'], { variables, stdin: 'typed\n' });
      expect(ran).toMatchObject({ code: 0 });
      expect(received).toEqual(['0 typed\n', '255 \0']);
    });

    it('sends nothing when it must not', async () => {
      instance((frame) => (frame ? [] : [result(0)]));
      await terminal.berth(['exec', '--no-input', 'ls'], { variables, stdin: 'typed\n' });
      expect(asked[0]?.searchParams.get('input')).toBe('false');
      expect(received).toEqual([]);
    });

    it('on a terminal gives the command one of the same size, and every key', async () => {
      const raw: boolean[] = [];
      const keyboard = Object.assign(new PassThrough(), {
        isTTY: true as const,
        setRawMode: (is: boolean) => void raw.push(is),
      });
      instance((frame) => (frame?.[0] === channels.input ? [message(channels.output, 'bye'), result(0)] : []));
      const running = terminal.berth(['exec', 'sh'], { variables, keyboard, isTerminal: true });
      await eventually(() => expect(received).toEqual(['4 {"columns":100,"rows":24}']));
      keyboard.write('\x03');
      expect(await running).toMatchObject({ code: 0, stdout: 'bye' });
      expect(asked[0]?.searchParams.get('terminal')).toBe('true');
      expect(received.slice(1)).toEqual(['0 \x03']);
      expect(raw).toEqual([true, false]);
    });

    it('as JSON says everything at the end', async () => {
      instance((frame) => (frame ? [] : [message(channels.output, 'one'), message(channels.errors, 'two'), result(3)]));
      const { code, stdout } = await terminal.berth(['exec', '--json', 'ls'], { variables });
      expect(JSON.parse(stdout)).toEqual({ exitCode: 3, stdout: 'one', stderr: 'two' });
      expect(code).toBe(3);
    });

    it.each([
      ['says why it could not be run', [result(null, 'It cannot be run: ENOENT')], 'It cannot be run: ENOENT'],
      ['says that it broke off', [message(channels.output, 'half')], 'The session ended early.'],
    ])('%s', async (_, frames, said) => {
      platform.onUpgrade((request, socket, head) =>
        sockets.handleUpgrade(request, socket, head, (client) => {
          for (const frame of frames) client.send(frame);
          client.close();
        }),
      );
      const ran = await terminal.berth(['exec', 'ls'], { variables });
      expect(ran.code).toBe(1);
      expect(ran.stderr).toContain(said);
    });

    it('says what the server refused', async () => {
      platform.onUpgrade((_, socket) => {
        const body = JSON.stringify({
          type: 'about:blank',
          title: 'no',
          status: 403,
          code: 'forbidden',
          detail: 'Not you.',
        });
        const headers = `Content-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close`;
        socket.end(`HTTP/1.1 403 Forbidden\r\n${headers}\r\n\r\n${body}`);
      });
      expect(await terminal.berth(['exec', 'ls'], { variables })).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('Not you.'),
      });
    });
  });

  describe('port-forward', () => {
    /** Below those that the system gives to connections: nobody is given it before the CLI listens. */
    const freePort = () =>
      eventually(async () => {
        const port = randomInt(10_000, 32_768);
        const server = createServer().listen(port, '127.0.0.1');
        await once(server, 'listening');
        await new Promise((resolve) => server.close(resolve));
        return port;
      });

    it('carries each connection over a session of its own, until Ctrl-C', async () => {
      instance((frame) =>
        frame?.[0] === channels.input ? [message(channels.output, `you said ${frame.subarray(1)}`)] : [],
      );
      const port = await freePort();
      const stop = new AbortController();
      const running = terminal.berth(['port-forward', `${port}:9229`], { variables, signal: stop.signal });
      const say = async (text: string) => {
        const client = connect(port, '127.0.0.1');
        await once(client, 'connect');
        client.write(text);
        const answer = String((await once(client, 'data'))[0]);
        client.destroy();
        return answer;
      };
      await eventually(async () => expect(await say('one')).toBe('you said one'));
      expect(await say('two')).toBe('you said two');
      expect(asked.map(({ pathname, searchParams }) => [pathname, searchParams.get('port')])).toEqual([
        [`/v1/workloads/${idOf(40)}/forward`, '9229'],
        [`/v1/workloads/${idOf(40)}/forward`, '9229'],
      ]);
      stop.abort();
      const { code, stderr } = await running;
      expect(code).toBe(0);
      expect(stderr).toContain(`http://127.0.0.1:${port} leads to port 9229 of an instance.`);
    });

    it.each(['x', '0', '70000', '80:', '80:x'])('refuses %j', async (ports) =>
      expect(await terminal.berth(['port-forward', ports], { variables })).toMatchObject({ code: 2 }),
    );

    it('says when the port is taken here', async () => {
      const taken = Number(new URL(platform.url).port);
      expect(await terminal.berth(['port-forward', String(taken)], { variables })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('cannot be had'),
      });
    });

    it('says what the server refused, and goes on', async () => {
      platform.on(`GET /v1/workloads/${idOf(40)}`, (_, response) => problem(response, 404, 'not_found', 'Gone.'));
      const port = await freePort();
      const stop = new AbortController();
      const running = terminal.berth(['port-forward', String(port)], { variables, signal: stop.signal });
      await eventually(async () => {
        const client = connect(port, '127.0.0.1');
        await once(client, 'connect');
        await once(client, 'close');
      });
      stop.abort();
      expect((await running).stderr).toContain('Gone.');
    });
  });
});
