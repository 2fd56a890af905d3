import { connect, type Socket } from 'node:net';
import { ZoneTrouble } from '../dns-provider.js';
import { numbers } from './update-message.js';

/** As long as a server may take for one answer, connecting included. */
export const DEADLINE_MS = 5_000;
const PORT = 53;

/** One question and its answer by TCP, which nobody cuts short or answers in another's name. (RFC 7766) @throws ZoneTrouble */
export async function exchange(server: string, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const socket = connect({ ...addressOf(server), signal: AbortSignal.any([signal, deadline]) });
  try {
    socket.write(Buffer.concat([numbers(message.length), message]));
    return await answerFrom(socket, message.readUInt16BE(0));
  } catch (error) {
    signal.throwIfAborted();
    throw new ZoneTrouble(
      'Unreachable',
      `${server} does not answer by TCP (${why(error, deadline)}): is it up, and may we reach it?`,
    );
  } finally {
    socket.destroy();
  }
}

async function answerFrom(socket: Socket, id: number): Promise<Buffer> {
  let seen = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    seen = Buffer.concat([seen, chunk]);
    if (seen.length < 2 || seen.length < 2 + seen.readUInt16BE(0)) continue;
    const answer = seen.subarray(2, 2 + seen.readUInt16BE(0));
    if (answer.length >= 12 && answer.readUInt16BE(0) === id) return answer;
    throw new Error('what it sent answers something else');
  }
  throw new Error('it hung up');
}

function why(error: unknown, deadline: AbortSignal): string {
  if (deadline.aborted) return `no answer within ${DEADLINE_MS / 1_000} s`;
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. */
export function addressOf(server: string): { readonly host: string; readonly port: number } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(server) ?? /^([^:]*):(\d+)$/.exec(server);
  if (!bracketed) return { host: server, port: PORT };
  return { host: bracketed[1] ?? '', port: Number(bracketed[2] ?? PORT) };
}
