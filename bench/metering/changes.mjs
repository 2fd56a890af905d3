import { createHash } from 'node:crypto';

/** Begin of the month of UTC that a moment lies in. */
const monthOf = (moment) => Date.UTC(new Date(moment).getUTCFullYear(), new Date(moment).getUTCMonth());

/**
 * What an organization uses in the month so far whose workloads scale all the time, in the order in which it happens: every change ends a span
 * and begins another. The same for the same organization, so that two sides can be given the same one after the other.
 */
export function* changesOf({ organizationId, workloads, changes, until }) {
  const start = monthOf(until);
  const step = Math.floor((until - start) / (changes + 1));
  const places = Array.from({ length: workloads }, (_, index) => place(organizationId, index));
  for (let number = 0; number < changes; number++)
    for (const [index, ids] of places.entries())
      yield change(ids, { number, moment: start + number * step + index, isLast: number === changes - 1 });
}

const change = (ids, { number, moment, isLast }) => ({
  id: uuidAt(moment, `${ids.workloadId} ${number}`),
  data: {
    ...ids,
    allocationVersion: number + 1,
    effectiveAt: new Date(moment).toISOString(),
    entries: isLast ? [] : [web(1 + (number % 3))],
  },
});

const place = (organizationId, index) => {
  const [projectId, environmentId, appId, workloadId] = ['project', 'environment', 'app', 'workload'].map((kind) =>
    uuidOf(`${organizationId} ${kind} ${index}`),
  );
  return { organizationId, projectId, environmentId, appId, workloadId };
};

/** Of version 8: made from something else. */
const uuidOf = (text) =>
  createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-8$4-$5');

/** Of version 7, as outboxes name events: they are in the order of time. */
function uuidAt(moment, text) {
  const time = moment.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${uuidOf(text).slice(15)}`;
}

const web = (instances) => ({
  ...{ cluster: 'local', release: 1, processType: 'web', instances, cpuMillicores: 250, memoryMib: 256 },
});

export function* batchesOf(items, size) {
  let batch = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
