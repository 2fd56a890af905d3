import { answerOf, ApiProblem, type Schemas, ServerUnreachable } from '@berth/api-client';
import type { Context } from '../context.js';
import { CliError, exitCodes, interrupted } from '../errors.js';
import { BuildLog } from './build-log.js';
import { hasEnded } from './phases.js';
import { Progress } from './progress.js';

type Deployment = Schemas['Deployment'];

const LOOK_MILLISECONDS = 300;
/** A platform that restarts comes back within it; the deployment goes on meanwhile. */
const OUTAGE_MILLISECONDS = 60_000;

/** Shows a deployment's progress until it has ended. @throws CliError when nobody waits any longer; it goes on then */
export async function follow(context: Context, started: Deployment, timeoutSeconds?: number): Promise<Deployment> {
  const { client, clock, out, signal } = context;
  const until = timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeoutSeconds * 1_000;
  const progress = new Progress(out);
  const log = new BuildLog(client, clock);
  try {
    for (;;) {
      const { deployment, build } = await look(context, started);
      progress.show(deployment, build, 'build');
      for (const line of build ? await log.take(build) : []) progress.line(line);
      progress.show(deployment, build);
      if (hasEnded(deployment.status)) return deployment;
      if (clock.now() > until) throw noLongerWaiting(started, exitCodes.unavailable, 'did not end in time');
      await clock.pause(LOOK_MILLISECONDS, signal);
    }
  } finally {
    log.close();
  }
}

interface Look {
  readonly deployment: Deployment;
  readonly build: Schemas['Build'] | undefined;
}

/** The present state, also when the platform is away for a while. */
async function look(context: Context, started: Deployment): Promise<Look> {
  const { client, clock, out, signal } = context;
  const until = clock.now() + OUTAGE_MILLISECONDS;
  for (let isFirst = true; ; isFirst = false) {
    if (signal.aborted) throw stillRunning(started);
    try {
      const path = { params: { path: { id: started.id } } };
      const deployment = await answerOf(client.GET('/v1/deployments/{id}', path));
      return { deployment, build: await buildOf(context, deployment) };
    } catch (error) {
      if (signal.aborted) throw stillRunning(started);
      if (!isOutage(error) || clock.now() > until) throw error;
      if (isFirst) out.warn('The server does not answer for the moment; waiting for it.');
      await clock.pause(LOOK_MILLISECONDS, signal);
    }
  }
}

/** Undefined for a deployment without a build, and until the build service has heard of it. */
async function buildOf({ client }: Context, { buildId }: Deployment): Promise<Schemas['Build'] | undefined> {
  if (buildId === null) return undefined;
  try {
    return await answerOf(client.GET('/v1/builds/{id}', { params: { path: { id: buildId } } }));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}

const isOutage = (error: unknown): boolean =>
  error instanceof ServerUnreachable || (error instanceof ApiProblem && [502, 503, 504].includes(error.status));

const goOn = ({ id }: Deployment): string =>
  `See it: berth deployments show ${id}   Stop it: berth deployments cancel ${id}`;

const stillRunning = (started: Deployment): CliError =>
  interrupted(`Deployment #${started.number} goes on. ${goOn(started)}`);

const noLongerWaiting = (started: Deployment, code: typeof exitCodes.unavailable, why: string): CliError =>
  new CliError(code, `Deployment #${started.number} ${why}; it goes on.`, goOn(started));
