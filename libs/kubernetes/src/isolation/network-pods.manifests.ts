import type { EnvironmentSpace } from '../manifests/settings.js';
import { modestPod, type PodObject } from './intruder.manifests.js';
import { neighbourProgram, NEIGHBOUR_PORT, visitorProgram } from './network-programs.js';
import type { Tenants } from './tenants.js';

export const NEIGHBOUR = 'neighbour';
export const VISITOR = 'visitor';

/** An unprivileged program may answer as a resolver: one of the settings that Pod Security calls safe. */
const resolverPort = { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] };
const ownAddress = { name: 'OWN_ADDRESS', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };

/** Answers to whoever reaches it. It is ready when its node, which walls let through, has reached it. */
export function neighbourPod({ neighbour }: Tenants, image: string): PodObject {
  const readinessProbe = { tcpSocket: { port: NEIGHBOUR_PORT }, periodSeconds: 1 };
  const container = { env: [ownAddress], readinessProbe };
  return running(neighbour, { name: NEIGHBOUR, image, program: neighbourProgram, container });
}

/** Tries to reach it, says what it found when it ends, and does not begin anew. */
export function visitorPod({ intruder }: Tenants, image: string, address: string): PodObject {
  const container = { env: [{ name: 'NEIGHBOUR', value: address }] };
  return running(intruder, { name: VISITOR, image, program: visitorProgram, container });
}

interface Running {
  readonly name: string;
  readonly image: string;
  readonly program: string;
  readonly container: object;
}

function running(space: EnvironmentSpace, { name, image, program, container }: Running): PodObject {
  const pod = modestPod(space, name);
  const security = { ...(pod.spec['securityContext'] as object), runAsUser: 1000, ...resolverPort };
  const command = { command: ['node', '-e', program], image };
  return {
    ...pod,
    spec: {
      ...{ ...pod.spec, automountServiceAccountToken: false, restartPolicy: 'Never', securityContext: security },
      containers: pod.spec.containers.map((each) => ({ ...each, ...command, ...container })),
    },
  };
}
