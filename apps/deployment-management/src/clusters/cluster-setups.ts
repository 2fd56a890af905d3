import type { ClusterCredentials, ClusterSettings } from '@berth/contracts/deployment';
import { Clock, CONFIG, Database, type Keyring, type SealedColumn } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { prometheusAt } from '../runtime/prometheus/prometheus-at.js';
import type { ClusterSetup } from '../runtime/kubernetes/kubernetes-runtime.js';
import type { ClusterRow } from './cluster.js';
import { clusterErrors } from './clusters.errors.js';
import { ClustersRepository } from './clusters.repository.js';

/** For wrapping all of them anew after a change of keys; `contextOf` in SQL. */
export const sealedClusters: SealedColumn = {
  ...{ table: 'cluster', key: 'id', column: 'credentials' },
  context: `'cluster/' || id`,
};

const contextOf = (id: string): string => `cluster/${id}`;

/** How to speak to a cluster: what was handed to us for it, kept sealed. */
@Injectable()
export class ClusterSetups {
  private readonly keyring: Keyring;

  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.keyring = config.KEY_ENCRYPTION_KEY;
  }

  /** Null for the installation's own cluster when that is none of Kubernetes. */
  async of({ id, isOwn, settings }: Pick<ClusterRow, 'id' | 'isOwn' | 'settings'>): Promise<ClusterSetup | null> {
    if (isOwn) return this.own();
    if (!settings) throw new Error(`Cluster ${id} has no settings.`);
    return this.parse(await this.credentialsOf(id), settings);
  }

  async credentialsOf(id: string): Promise<ClusterCredentials> {
    const sealed = await this.clusters.credentialsOf(this.database, id);
    if (!sealed) throw new Error(`Cluster ${id} was removed.`);
    return JSON.parse(this.keyring.openText(contextOf(id), sealed)) as ClusterCredentials;
  }

  seal(id: string, credentials: ClusterCredentials): Buffer {
    return this.keyring.seal(contextOf(id), JSON.stringify(credentials));
  }

  /** @throws 422 with what is wrong with a kubeconfig */
  async parse(
    credentials: ClusterCredentials,
    { registry, gateway, ingressClass, dnsNamespace, prometheus }: ClusterSettings,
  ): Promise<ClusterSetup> {
    const { url: gatewayUrl, namespace, name } = gateway;
    const door = { gateway: { namespace, name }, ...(ingressClass !== undefined && { ingressClass }) };
    const settings = { registry, ...door, dnsNamespace };
    const token = credentials.prometheusToken === undefined ? {} : { token: credentials.prometheusToken };
    const { PRIVATE_PROMETHEUS: allowPrivate, OUTBOUND_HOSTS: hosts } = this.config;
    const asked = prometheus && { prometheus: prometheusAt({ ...prometheus, ...token }, allowPrivate, hosts) };
    return { access: await accessOf(credentials), settings, gatewayUrl, ...asked };
  }

  private async own(): Promise<ClusterSetup | null> {
    if (this.config.RUNTIME !== 'kubernetes') return null;
    const { clusterOf } = await import('../runtime/kubernetes/configured-cluster.js');
    return clusterOf(this.config, this.clock);
  }
}

async function accessOf(credentials: ClusterCredentials): Promise<ClusterSetup['access']> {
  if (credentials.kind === 'token') {
    const { server, certificateAuthority: authority, token } = credentials;
    return { server: server.replace(/\/+$/, ''), authority, token: () => token };
  }
  // Read only where it is used: the client library of Kubernetes is large.
  const { KubeconfigInvalid, readKubeconfig } = await import('@berth/kubernetes');
  try {
    return readKubeconfig(credentials.kubeconfig);
  } catch (error) {
    if (!(error instanceof KubeconfigInvalid)) throw error;
    throw clusterErrors.KubeconfigInvalid(error.message, { pointer: '/credentials/kubeconfig' });
  }
}
