import type { BuildUsage } from '@berth/contracts/events';
import type { Build } from './build.js';

/**
 * What a build is charged for: the processor time that its commands took, also when it failed, was cancelled or ran out of
 * time. Not what failed because of the platform.
 */
export function usageOf(build: Build): { readonly usage?: BuildUsage } {
  const { organizationId, projectId, environmentId, appId, startedAt, finishedAt, cpuMilliseconds, failure } = build;
  if (!startedAt || !finishedAt || cpuMilliseconds === 0 || failure?.cause === 'internal') return {};
  return {
    usage: {
      ...{ organizationId, projectId, environmentId, appId, cpuMilliseconds },
      ...{ startedAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() },
    },
  };
}
