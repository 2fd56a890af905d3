import { get } from 'node:http';
import { connect } from 'node:net';

export type ProbeOutcome =
  { readonly ok: true } | { readonly ok: false; readonly listening: boolean; readonly message: string };

/** Asks one instance whether it serves: its port takes connections and, with a path, GET answers 200 to 399. Never rejects. */
export function probe(port: number, path: string | null, timeoutMilliseconds: number): Promise<ProbeOutcome> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  return path === null ? probePort(port, signal) : probePath(port, path, signal);
}

const ACCEPTED: ProbeOutcome = { ok: true };

function probePort(port: number, signal: AbortSignal): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, signal });
    socket.once('error', (error) => resolve(failure(port, error)));
    socket.once('connect', () => {
      resolve(ACCEPTED);
      socket.destroy();
    });
  });
}

function probePath(port: number, path: string, signal: AbortSignal): Promise<ProbeOutcome> {
  const headers = { 'user-agent': 'berth-probe' };
  return new Promise((resolve) => {
    const sent = get({ host: '127.0.0.1', port, path, signal, headers, agent: false }, (response) => {
      const status = response.statusCode ?? 0;
      const served = status >= 200 && status <= 399;
      resolve(served ? ACCEPTED : { ok: false, listening: true, message: `GET ${path} answered ${status}` });
      response.destroy();
    });
    sent.on('error', (error) => resolve(failure(port, error, path)));
  });
}

function failure(port: number, error: NodeJS.ErrnoException, path?: string): ProbeOutcome {
  if (error.code === 'ECONNREFUSED')
    return { ok: false, listening: false, message: `nothing listens on 127.0.0.1:${port}` };
  const what = path === undefined ? `the port ${port}` : `GET ${path}`;
  const late = error.name === 'AbortError' || error.name === 'TimeoutError';
  const message = late ? `${what} did not answer in time` : `${what} failed: ${error.message}`;
  return { ok: false, listening: true, message };
}
