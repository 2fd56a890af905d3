import { createServer, type Server, type Socket } from 'node:net';
import { channels, sessionResult } from '@berth/contracts/runtime';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { endOfInput, frame, openSession } from '../../instances/open-session.js';
import { ofWorkload } from '../options.js';

interface Options {
  readonly instance?: string;
}

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<ports>', 'LOCAL or LOCAL:REMOTE; without REMOTE the port that the instance was given')
    .option('--instance <id>', 'to this instance; default: one that serves');

/** Listens on this machine only, until Ctrl-C. */
export async function run(context: Context, given: Options, ports: string): Promise<void> {
  const { out, selection, signal } = context;
  const { local, remote } = parsePorts(ports);
  const { id } = await selection.workload();
  const query = new URLSearchParams({
    ...(remote && { port: remote }),
    ...(given.instance && { instance: given.instance }),
  });
  const server = createServer((socket) => void carry(context, id, query, socket));
  await listening(server, local);
  out.note(`http://127.0.0.1:${local} leads to ${remote ? `port ${remote} of ` : ''}an instance. Ctrl-C ends it.`);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  server.close();
}

function parsePorts(text: string): { local: number; remote: string | undefined } {
  const [, local = '', remote] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isPort = (port: string) => Number(port) >= 1 && Number(port) <= 65_535;
  if (isPort(local) && (remote === undefined || isPort(remote))) return { local: Number(local), remote };
  throw usageError(`"${text}" does not name ports: write 8080 or 8080:9229.`);
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(usageError(`Port ${port} of this machine cannot be had: ${error.message}.`));
    server.once('error', refuse).listen(port, '127.0.0.1', resolve);
  });

/** One connection, over a session of its own. */
async function carry(context: Context, workloadId: string, query: URLSearchParams, socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const session = await openSession(context, workloadId, `forward?${query.toString()}`);
    socket.once('close', () => session.end());
    socket.on('data', (chunk) => {
      socket.pause();
      session.send(frame(channels.input, chunk), () => socket.resume());
    });
    socket.once('end', () => session.send(endOfInput));
    for await (const message of session.messages) {
      if (message[0] === channels.output && !socket.write(message.subarray(1))) await roomIn(socket);
      if (message[0] === channels.result) tellEnd(context, message.subarray(1).toString());
    }
  } catch (error) {
    context.out.note((error as Error).message);
  }
  socket.end();
}

const roomIn = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));

function tellEnd({ out }: Context, text: string): void {
  const { message } = sessionResult.parse(JSON.parse(text));
  if (message !== '') out.note(message);
}
