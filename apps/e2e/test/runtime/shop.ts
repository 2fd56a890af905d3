import type { DesiredWorkload } from '@berth/contracts/runtime';

/** A digest that is told from others at a glance. */
export const hash = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;

/** A workload of one small web process from an image, in a namespace of its own. */
export const shopAs = (id: string): DesiredWorkload => ({
  ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
  ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
  release: {
    ...{ number: 1, hash: hash('a1'), configHash: hash('c1') },
    artifact: { kind: 'image', digest: hash('1111'), sizeBytes: 1 },
  },
  environment: {},
  processes: [
    {
      ...{ name: 'web', instances: 1, command: 'run', cpuMillicores: 100, memoryMib: 64 },
      health: { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
    },
  ],
  hosts: [`${id}.example.com`],
  ...{ restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
});
