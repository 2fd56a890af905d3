import { channels } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import { execution, forwarding } from './session-messages.js';

const frame = (channel: number, text: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const read = (message: Buffer | null) => message && [message[0], message.subarray(1).toString()];

describe('messages of a command on Kubernetes', () => {
  const { toPod, toClient } = execution('v5.channel.k8s.io');

  it.each([
    ['input', frame(channels.input, 'ls\n')],
    ['the end of the input', Buffer.from([channels.end, channels.input])],
  ])('to it: %s passes as it is', (_, message) => expect(toPod(message)).toEqual(message));

  it('to it: the size of the terminal in their words', () =>
    expect(read(toPod(frame(channels.resize, '{"columns":80,"rows":24}')))).toEqual([4, '{"Width":80,"Height":24}']));

  it('to it: a size that is none is refused', () =>
    expect(() => toPod(frame(channels.resize, '{"columns":0,"rows":24}'))).toThrow());

  it('to it: the end of the input is not told in a protocol that has no word for it', () =>
    expect(execution('v4.channel.k8s.io').toPod(Buffer.from([channels.end, channels.input]))).toBeNull());

  it.each([
    ['its output', frame(channels.output, 'one'), [1, 'one']],
    ['its errors', frame(channels.errors, 'two'), [2, 'two']],
    ['nothing, which they begin with', frame(channels.output, ''), null],
  ])('from it: %s', (_, message, expected) => expect(read(toClient(message))).toEqual(expected));

  const exitCode = { causes: [{ reason: 'ExitCode', message: '7' }] };
  it.each([
    ['that it succeeded', { status: 'Success' }, { exitCode: 0, message: '' }],
    [
      'the code that it failed with',
      { status: 'Failure', reason: 'NonZeroExitCode', message: 'terminated with 7', details: exitCode },
      { exitCode: 7, message: 'terminated with 7' },
    ],
    [
      'that it could not be run',
      { status: 'Failure', reason: 'InternalError', message: 'no such file' },
      { exitCode: null, message: 'no such file' },
    ],
  ])('from it: %s', (_, status, expected) => {
    const [channel, text] = read(toClient(frame(channels.result, JSON.stringify(status)))) as [number, string];
    expect([channel, JSON.parse(text)]).toEqual([channels.result, expected]);
  });
});

describe('messages of a port on Kubernetes', () => {
  const port = Buffer.from([0x90, 0x1f]);

  it('begin with its number, data and errors each', () => {
    const { toClient } = forwarding();
    expect([toClient(frame(0, port)), toClient(frame(1, port))]).toEqual([null, null]);
    expect(read(toClient(frame(0, 'hello')))).toEqual([channels.output, 'hello']);
    expect(read(toClient(frame(0, port)))?.[0]).toBe(channels.output);
    expect(read(toClient(frame(1, 'refused')))).toEqual([channels.result, '{"exitCode":null,"message":"refused"}']);
  });

  it('are told nothing but what is sent to it', () => {
    const { toPod } = forwarding();
    expect(read(toPod(frame(channels.input, 'x')))).toEqual([0, 'x']);
    expect(toPod(Buffer.from([channels.end, channels.input]))).toBeNull();
    expect(toPod(frame(channels.resize, '{}'))).toBeNull();
  });
});
