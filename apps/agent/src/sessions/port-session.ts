import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { channels } from '@berth/contracts/runtime';
import type { AgentContext } from '../context.js';
import { agentErrors } from '../errors.js';
import { listensOn } from '../processes/listeners.js';
import type { Instance } from '../workloads/instance.js';
import { frame, resultFrame } from './frames.js';

/**
 * The port to connect to: one that the instance itself listens on, because every other on the loopback address is somebody
 * else's. @throws instance_not_found, port_not_listening
 */
export function portOf(instance: Instance, wanted: number | null, { census }: AgentContext): number {
  const port = wanted ?? instance.port;
  if (!instance.root || port === null) throw agentErrors.instanceNotFound(instance.id);
  const family = census.familyOf(instance.root).map(({ pid }) => pid);
  if (listensOn(port, family) !== true) throw agentErrors.portNotListening(port);
  return port;
}

/** Carries one connection over the session. */
export function serveConnection(port: number, session: Duplex): void {
  const connection = connect({ port, host: '127.0.0.1' });
  session.once('close', () => connection.destroy());
  session.on('error', () => session.destroy());
  session.once('end', () => session.destroy());
  session.on('data', (message: Buffer) => {
    if (message[0] === channels.input && !connection.write(message.subarray(1))) session.pause();
    if (message[0] === channels.end) connection.end();
  });
  connection.on('drain', () => session.resume());
  connection.on('data', (chunk) => {
    if (!session.write(frame(channels.output, chunk))) connection.pause();
  });
  session.on('drain', () => connection.resume());
  connection.once('error', (error) => session.end(resultFrame(null, error.message)));
  connection.once('end', () => session.end(resultFrame(null, '')));
}
