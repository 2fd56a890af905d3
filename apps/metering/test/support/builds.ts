import { randomUUID } from 'node:crypto';
import { buildCancelled, buildFailed, buildSucceeded, type BuildUsage, type CloudEvent } from '@berth/contracts/events';
import type { Place } from './metering-app.js';

const ends = { succeeded: buildSucceeded, failed: buildFailed, cancelled: buildCancelled };

export interface EndedBuild extends Pick<BuildUsage, 'startedAt' | 'finishedAt' | 'cpuMilliseconds'> {
  readonly how?: keyof typeof ends;
}

/** What the build service tells when a build of a place ended. */
export function buildOf(
  place: Place,
  { how = 'succeeded', ...times }: EndedBuild,
): CloudEvent<{ buildId: string; usage?: object | undefined }> {
  const { organizationId, projectId, environmentId, appId, workloadId } = place;
  const [buildId, deploymentId] = [randomUUID(), randomUUID()];
  const result = {
    succeeded: {
      ...{ commit: null, processes: [], reused: false },
      artifact: { kind: 'slug', digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1 },
    },
    failed: { failure: { cause: 'build_failed', message: 'It failed.', evidence: [], nextStep: 'Mend it.' } },
    cancelled: {},
  }[how];
  return {
    ...{ specversion: '1.0', id: randomUUID(), source: '/berth/build', type: ends[how].type, subject: buildId },
    ...{ time: times.finishedAt, datacontenttype: 'application/json', partitionkey: workloadId, epoch: 0 },
    ...{ aggregateversion: 2, organizationid: organizationId },
    data: {
      ...{ buildId, deploymentId, workloadId, ...result },
      usage: { organizationId, projectId, environmentId, appId, ...times },
    },
  };
}
