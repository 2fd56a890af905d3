import { describe, expect, it } from '@jest/globals';
import type { Pod, VolumeClaim } from './cluster-objects.js';
import { storageStats } from './storage-stats.js';

const namespace = 'shop';
const pod = (...claims: readonly string[]): Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-0', namespace, uid: 'one' } },
  spec: {
    containers: [],
    volumes: [{}, ...claims.map((claimName) => ({ persistentVolumeClaim: { claimName } }))],
  },
});
const claim = (name: string, id: string, storage?: string, place = namespace): VolumeClaim => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  metadata: { name, namespace: place, labels: { 'berth.dev/volume': id } },
  ...(storage !== undefined && { status: { capacity: { storage } } }),
});

describe('what a pod holds', () => {
  const claims = [claim('data', 'a', '1Gi'), claim('logs', 'b', '2Mi'), claim('other', 'c', '1Gi')];

  it('is what is said of it, for each volume that it has', () => {
    const said = { source: 'kubelet' as const, ownBytes: 5, claims: new Map([['data', 7]]) };
    expect(storageStats(pod('data', 'logs'), claims, said)).toEqual({
      ...{ ownBytes: 5, source: 'kubelet' },
      volumes: [
        { id: 'a', usedBytes: 7, capacityBytes: 1_073_741_824 },
        { id: 'b', usedBytes: null, capacityBytes: 2_097_152 },
      ],
    });
  });

  it('is unknown where nobody says anything, beside what is provisioned', () => {
    expect(storageStats(pod('data'), claims, null)).toEqual({
      ...{ ownBytes: null, source: null },
      volumes: [{ id: 'a', usedBytes: null, capacityBytes: 1_073_741_824 }],
    });
  });

  it('is nothing of a claim that has no volume yet, and of no claim in another namespace', () => {
    const foreign = [claim('data', 'a', undefined), claim('logs', 'b', '1Gi', 'elsewhere')];
    expect(storageStats(pod('data', 'logs'), foreign, null).volumes).toEqual([
      { id: 'a', usedBytes: null, capacityBytes: 0 },
    ]);
  });
});
