import type { DesiredProcess, DesiredWorkload } from '@berth/contracts/runtime';
import { createHash } from 'node:crypto';

/**
 * What makes two instances of a process type the same: artifact, config, command, sizes, health check and restart
 * token. The number of instances and the number of the release are no part of it.
 */
export function revisionOf(desired: DesiredWorkload, process: DesiredProcess): string {
  const { release, restartToken } = desired;
  const { command, cpuMillicores, memoryMib, health } = process;
  const parts = [release.hash, release.artifact.digest, release.configHash, restartToken, command, cpuMillicores];
  return createHash('sha256')
    .update(JSON.stringify([...parts, memoryMib, health]))
    .digest('hex')
    .slice(0, 16);
}
