import { Duplex, pipeline, Transform } from 'node:stream';
import type { ExecRequest } from '@berth/contracts/runtime';
import {
  ApiError,
  type Cluster,
  isNotFound,
  isRefused,
  kinds,
  type KubeClient,
  pathOf,
  processNameIn,
  WEB_PORT,
} from '@berth/kubernetes';
import { type InstanceName, SessionRefused } from '../session-runtime.js';
import type { Pod } from './cluster-objects.js';
import { instanceId } from './instances.js';
import {
  EXEC_PROTOCOLS,
  execution,
  FORWARD_PROTOCOLS,
  forwarding,
  type Translate,
  type Translation,
} from './session-messages.js';

/** Sessions with pods, by way of the API server. */
export class KubernetesSessions {
  constructor(
    private readonly client: KubeClient,
    private readonly cluster: Cluster,
  ) {}

  async exec(name: InstanceName, request: ExecRequest, signal: AbortSignal): Promise<Duplex> {
    const pod = this.podOf(name);
    const query = new URLSearchParams(request.command.map((word) => ['command', word] satisfies [string, string]));
    const flags = { stdin: request.input, stdout: true, stderr: !request.terminal, tty: request.terminal };
    for (const [flag, value] of Object.entries(flags)) query.set(flag, String(value));
    query.set('container', processNameIn(pod.metadata.labels));
    return this.open(pod, `exec?${query.toString()}`, EXEC_PROTOCOLS, execution, signal);
  }

  async forward(name: InstanceName, port: number | null, signal: AbortSignal): Promise<Duplex> {
    const path = `portforward?ports=${port ?? WEB_PORT}`;
    return this.open(this.podOf(name), path, FORWARD_PROTOCOLS, forwarding, signal);
  }

  private podOf({ workloadId, instance }: InstanceName): Pod {
    const found = this.cluster.of<Pod>('pod', workloadId).find((pod) => instanceId(pod) === instance);
    if (!found) throw new SessionRefused('instance_not_found', `There is no instance ${instance}.`);
    return found;
  }

  private async open(
    { metadata }: Pod,
    path: string,
    protocols: readonly string[],
    translation: (protocol: string) => Translation,
    signal: AbortSignal,
  ): Promise<Duplex> {
    const target = `${pathOf(kinds.pod, metadata.namespace, metadata.name)}/${path}`;
    try {
      const { stream, protocol } = await this.client.transport.messages(target, protocols, signal);
      const { toPod, toClient } = translation(protocol);
      return joined(translating(toPod), stream, translating(toClient));
    } catch (error) {
      if (isNotFound(error) || isRefused(error))
        throw new SessionRefused('refused', `The cluster refuses it: ${(error as ApiError).message}`, { cause: error });
      throw error;
    }
  }
}

/** What is written passes the first, what is read has passed the last; whatever ends one ends all. */
function joined(first: Transform, middle: Duplex, last: Transform): Duplex {
  pipeline(first, middle, last, () => undefined); // what broke is told by the last one
  return Duplex.from({ writable: first, readable: last });
}

const translating = (translate: Translate): Transform =>
  new Transform({
    objectMode: true,
    transform: (message: Buffer, _, done) => {
      try {
        const translated = translate(message);
        if (translated) done(null, translated);
        else done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
