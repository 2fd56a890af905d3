import { id as idSchema } from '@berth/contracts/common';
import { desiredTask, desiredWorkload, egressCounts, logQuery } from '@berth/contracts/runtime';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentClock } from '../clock.js';
import { agentErrors } from '../errors.js';
import type { Enforcement } from '../limits/enforcement.js';
import type { Tuning } from '../tuning.js';
import type { Workloads } from '../workloads/workloads.js';
import { bodyOf, queryOf } from './input.js';
import { sendJson } from './problem.js';
import { closedSignal, sendChanges, sendLines } from './streams.js';

export interface RoutesContext {
  readonly workloads: Workloads;
  readonly clock: AgentClock;
  readonly tuning: Tuning;
  readonly enforcement: Enforcement;
}

interface Call extends RoutesContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Workload id; empty where the path has none. */
  readonly id: string;
  /** Empty where the path has none. */
  readonly taskId: string;
}

type Handler = (call: Call) => Promise<void> | void;

const routes: Record<string, Record<string, Handler>> = {
  '/status': {
    GET: ({ response, enforcement }) => sendJson(response, 200, { enforcement }),
  },
  '/changes': {
    GET: ({ response, workloads, clock, tuning }) => sendChanges(response, workloads, clock, tuning.heartbeat),
  },
  '/measurements': {
    GET: ({ response, workloads }) => sendJson(response, 200, { items: workloads.measurements() }),
  },
  '/egress': {
    GET: async ({ response, workloads }) => sendJson(response, 200, await workloads.egress()),
  },
  '/egress/accepted': {
    POST: async ({ request, response, workloads }) => {
      await workloads.acceptEgress(await bodyOf(request, egressCounts));
      response.writeHead(204).end();
    },
  },
  '/workloads': {
    GET: ({ response, workloads }) => sendJson(response, 200, { items: workloads.list() }),
  },
  '/workloads/{id}': {
    GET: ({ response, workloads, id }) => sendJson(response, 200, workloads.observe(id)),
    PUT: applyWorkload,
    DELETE: async ({ response, workloads, id }) => {
      await workloads.delete(id);
      response.writeHead(202).end();
    },
  },
  '/workloads/{id}/logs': { GET: readLogs },
  '/workloads/{id}/tasks/{taskId}': {
    GET: ({ response, workloads, taskId }) => sendJson(response, 200, workloads.tasks.observe(taskId)),
    PUT: startTask,
    DELETE: ({ response, workloads, taskId }) => {
      workloads.tasks.end(taskId);
      response.writeHead(202).end();
    },
  },
  '/workloads/{id}/traffic': {
    GET: async ({ response, workloads, id }) => sendJson(response, 200, await workloads.traffic(id)),
  },
  '/workloads/{id}/stats': {
    GET: async ({ response, workloads, id }) => sendJson(response, 200, await workloads.stats(id)),
  },
};

/** Answers one request. @throws AgentError */
export async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  context: RoutesContext,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://agent');
  const [, id = '', taskId = ''] = /^\/workloads\/([^/]+)(?:\/tasks\/([^/]+))?/.exec(url.pathname) ?? [];
  const methods = routes[templateOf(url.pathname, { id, taskId })];
  if (!methods) throw agentErrors.routeNotFound(url.pathname);
  if (id !== '' && !idSchema.safeParse(id).success) throw agentErrors.workloadNotFound(id);
  if (taskId !== '' && !idSchema.safeParse(taskId).success) throw agentErrors.taskNotFound(taskId);
  const handler = methods[request.method ?? ''];
  if (!handler) throw agentErrors.methodNotAllowed(request.method ?? '');
  await handler({ ...context, request, response, url, id, taskId });
}

/** `/workloads/<an id>` as `/workloads/{id}`. */
const templateOf = (path: string, ids: Readonly<Record<string, string>>): string =>
  Object.entries(ids).reduce((text, [name, value]) => (value === '' ? text : text.replace(value, `{${name}}`)), path);

async function applyWorkload({ request, response, workloads, id }: Call): Promise<void> {
  const desired = await bodyOf(request, desiredWorkload);
  if (desired.workloadId !== id)
    throw agentErrors.bodyInvalid([{ pointer: '/workloadId', message: 'must be the id in the path' }]);
  sendJson(response, 200, workloads.apply(desired));
}

async function startTask({ request, response, workloads, id, taskId }: Call): Promise<void> {
  const desired = await bodyOf(request, desiredTask);
  if (desired.workloadId !== id || desired.taskId !== taskId)
    throw agentErrors.bodyInvalid([{ pointer: '/taskId', message: 'must be the ids in the path' }]);
  sendJson(response, 200, workloads.tasks.start(desired));
}

async function readLogs({ response, url, workloads, id }: Call): Promise<void> {
  const query = queryOf(url, logQuery);
  const closed = closedSignal(response);
  await sendLines(response, workloads.logs(id, query, closed), closed);
}
