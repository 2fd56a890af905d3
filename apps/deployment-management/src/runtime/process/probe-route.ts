import { request } from 'node:http';
import type { ProbeAnswer } from '../runtime.js';

/** What a router answers by itself when no instance did. */
const ofTheRouter = [502, 503, 504];

/** Asks for a path of a host through the app router, as a user's browser would. Whatever the app answers is an answer. */
export function probeRoute(routerUrl: string, host: string, path: string, signal: AbortSignal): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const outgoing = request(new URL(path, routerUrl), {
      headers: { host, 'user-agent': 'berth-probe' },
      signal,
      agent: false,
    });
    outgoing.once('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      const byRouter = response.headers['x-berth-router'] !== undefined || ofTheRouter.includes(status);
      resolve({ answered: !byRouter, status, message: `${host}${path} answered ${status}` });
    });
    outgoing.once('error', (error) =>
      resolve({ answered: false, status: null, message: `${host}${path}: ${error.message}` }),
    );
    outgoing.end();
  });
}
