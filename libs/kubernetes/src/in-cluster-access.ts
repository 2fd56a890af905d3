import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@berth/service-kit';
import type { ClusterAccess } from './cluster-access.js';

/** The kubelet replaces the file long before the token in it ends. */
const TOKEN_MILLISECONDS = 60_000;

export interface InCluster {
  /** `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` of a pod. */
  readonly host: string;
  readonly port: string;
  /** Where the service account is mounted: `token` and `ca.crt`. */
  readonly folder: string;
  readonly clock: Clock;
}

/**
 * The cluster that this process itself runs in, as its pod's service account; tokens are read anew as they are replaced.
 * (kubernetes.io, "Accessing the API from within a Pod")
 * @throws Error when no account is mounted
 */
export function inClusterAccess({ host, port, folder, clock }: InCluster): ClusterAccess {
  const readToken = () => readFileSync(join(folder, 'token'), 'utf8').trim();
  let token = readToken();
  let readAt = clock.monotonic();
  const current = (refused?: string): string => {
    if (refused !== token && clock.monotonic() - readAt < TOKEN_MILLISECONDS) return token;
    token = readToken();
    readAt = clock.monotonic();
    return token;
  };
  const authority = readFileSync(join(folder, 'ca.crt'), 'utf8');
  return { server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, authority, token: current };
}
