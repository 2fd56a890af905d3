import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually } from '@berth/testing';
import { ask } from '../support/app-http.js';
import type { ServiceName } from '../support/platform.js';
import { processesThatName } from '../support/processes.js';
import { webApp } from '../support/repository.js';
import { rowsOf } from '../support/stored.js';
import { Hold } from './hold.js';
import type { Stage } from './stage.js';

const run = promisify(execFile);

/** What lets a deployment go on that is held somewhere. */
export interface Held {
  /** Done as soon as the fault has happened: a platform that comes back finds no lock of ours. */
  struck?(): Promise<void>;
  /** Done when the platform is back: until then the deployment cannot end. */
  back?(): Promise<void>;
}

/** A place at which a deployment can be held. */
export interface Phase {
  readonly name: string;
  /** To be done before any deployment is held. Answers what brings one there, and resolves when it stands there. */
  arm(stage: Stage): Promise<() => Promise<Held>>;
}

const unarmed = (name: string, enter: (stage: Stage) => Promise<Held>): Phase => ({
  name,
  arm: (stage) => Promise.resolve(() => enter(stage)),
});

const throwUnless = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`not yet: ${what}`);
};

/** While the service writes a row: what it did before is committed, this is not. */
const atRow = (name: string, service: ServiceName, table: string, when: string): Phase => ({
  name,
  arm: async (stage) => {
    const hold = await Hold.on(stage.platform.databaseUrl(service), {
      table,
      when: when.replace('$workload', `'${stage.workload.id}'`),
    });
    return async () => {
      await stage.repository.commit(webApp(stage.next));
      // It may be held before it is answered.
      stage.deploy().catch(() => undefined);
      await hold.reached();
      return { struck: () => hold.release() };
    };
  },
});

export const buildBecomes = (status: string): Phase =>
  atRow(`a build becomes ${status}`, 'build', 'build', `new.workload_id = $workload and new.status = '${status}'`);
export const deploymentBecomes = (status: string): Phase =>
  atRow(
    `it becomes ${status}`,
    'deployment-management',
    'deployment',
    `new.workload_id = $workload and new.status = '${status}'`,
  );

/** Not acknowledged yet: whoever asked asks again, with the same key. */
export const accepting = deploymentBecomes('queued');
/** In the handler of an event: others of its partition wait behind it. */
export const hearingOfBuild = deploymentBecomes('building');
export const allocating = atRow(
  'what it has allocated is told',
  'deployment-management',
  'allocation',
  'new.workload_id = $workload',
);
export const accountingBegins = atRow(
  'metering accepts what was told',
  'metering',
  'accepted_event',
  'new.workload_id = $workload',
);
export const accountingEnds = atRow(
  'metering has moved the spans',
  'metering',
  'metered_workload',
  'new.workload_id = $workload and new.version > old.version',
);

/** Accepted, and wherever it is by now. */
export const underWay = (name: string): Phase =>
  unarmed(name, async (stage) => {
    await stage.repository.commit(webApp(stage.next));
    await stage.deploy();
    return {};
  });

/** Accepted, with no build slot free. The slots are taken by phases that were entered before. */
export const waitingForSlot: Phase = unarmed('waits for a build slot', async (stage) => {
  await stage.repository.commit(webApp(stage.next));
  await stage.deploy();
  await buildIs(stage, 'queued');
  return {};
});

/** Git reads a file of the repository that nobody writes to. */
export const cloning: Phase = unarmed('git clones', async (stage) => {
  await stage.repository.commit(webApp(stage.next));
  const refs = `${stage.repository.folder}/.git/packed-refs`;
  await run('mkfifo', [`${refs}.pipe`]);
  await rename(`${refs}.pipe`, refs);
  await stage.deploy();
  const clones = () => throwUnless(processesThatName(stage.repository.folder).length > 0, 'git runs');
  await eventually(clones, { within: 60_000 });
  return { struck: () => endOfPipe(refs) };
});

const atGate = (
  name: string,
  files: (stage: Stage) => Record<string, string>,
  isThere: (stage: Stage, deploymentId: string) => Promise<unknown>,
): Phase =>
  unarmed(name, async (stage) => {
    await stage.repository.commit(files(stage));
    const { id } = await stage.deploy();
    await isThere(stage, id);
    return { back: () => stage.gate.open() };
  });

export const building: Phase = atGate(
  'the build command runs',
  ({ gate, next }) => gate.beforeBuild(next),
  (stage) => buildIs(stage, 'building'),
);
export const starting: Phase = atGate(
  'the new instance starts',
  ({ gate, next }) => gate.beforeListening(next),
  (stage, id) => stage.api.until(id, ['rolling']),
);
export const proving: Phase = atGate(
  'the route is asked',
  ({ gate, next }) => gate.beforeProof(next),
  (stage, id) => stage.api.until(id, ['verifying']),
);

/** Seen live a moment ago: what is told of it is on its way. */
export const justLive: Phase = unarmed('has just gone live', async (stage) => {
  await stage.repository.commit(webApp(stage.next));
  await stage.api.ended((await stage.deploy()).id);
  await eventually(async () => throwUnless((await ask(stage.workload.url)).body === stage.next, 'it answers'));
  return {};
});

async function buildIs({ platform, workload }: Stage, status: string): Promise<void> {
  const sql = 'select status from build where workload_id = $1 order by id desc limit 1';
  const look = () => rowsOf<{ status: string }>(platform.databaseUrl('build'), sql, [workload.id]);
  await eventually(async () => throwUnless((await look())[0]?.status === status, `the build is ${status}`), {
    within: 60_000,
  });
}

/** Whoever reads it, if somebody still does, finds its end; whoever comes later finds no such file. */
async function endOfPipe(path: string): Promise<void> {
  const pipe = await open(path, constants.O_WRONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENXIO') throw error;
    return undefined; // nobody reads
  });
  await rm(path);
  await pipe?.close();
}
