import { randomUUID } from 'node:crypto';

const now = new Date();
/** The month that is open, as far as it has gone. */
const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
const length = now.getTime() - start;

/** What an organization uses that scales all the time: every change ends a span and begins another. */
export function changesOf({ organizationId, workloads, changes }) {
  const step = Math.floor(length / (changes + 1));
  return Array.from({ length: workloads }, () => place(organizationId)).flatMap((ids, index) =>
    Array.from({ length: changes }, (_, number) => ({
      id: randomUUID(),
      data: {
        ...ids,
        allocationVersion: number + 1,
        effectiveAt: new Date(start + number * step + index).toISOString(),
        entries: number === changes - 1 ? [] : [web(1 + (number % 3))],
      },
    })),
  );
}

const place = (organizationId) => ({
  ...{ organizationId, projectId: randomUUID(), environmentId: randomUUID(), appId: randomUUID() },
  workloadId: randomUUID(),
});

const web = (instances) => ({
  ...{ cluster: 'local', release: 1, processType: 'web', instances, cpuMillicores: 250, memoryMib: 256 },
});
