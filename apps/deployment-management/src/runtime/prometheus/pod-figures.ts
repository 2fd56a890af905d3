import type { Sample } from './prometheus.js';

/** What is known of a pod; what nobody collects is absent. */
export interface PodFigures {
  readonly cpuMillicores?: number;
  readonly memoryBytes?: number;
  readonly receivedBytesPerSecond?: number;
  readonly sentBytesPerSecond?: number;
  /** In its own layers and temporary folders. */
  readonly ownBytes?: number;
}

export interface Figures {
  readonly pods: ReadonlyMap<string, PodFigures>;
  /** Bytes in use, by the name of the claim. */
  readonly claims: ReadonlyMap<string, number>;
}

/** Long enough for two looks of a collector that looks once a minute. */
const WINDOW = '2m';
/** The pod as a whole and its sandbox are counted apart from its containers. */
const OF_CONTAINERS = 'container!="",container!="POD"';
const FIGURE = 'figure';

/** All figures of some pods of a namespace in one query: cAdvisor's names, and the kubelet's for volumes. */
export function figuresQuery(namespace: string, pods: readonly string[], claims: readonly string[]): string {
  const where = `namespace="${namespace}",pod=~"${oneOf(pods)}"`;
  const containers = `{${where},${OF_CONTAINERS}}`;
  const network = `{${where},interface!="lo"}`;
  const rate = (metric: string) => `rate(${metric}[${WINDOW}])`;
  return [
    as('cpuMillicores', `1000 * ${perPod('container', rate(`container_cpu_usage_seconds_total${containers}`))}`),
    as('memoryBytes', perPod('container', `container_memory_working_set_bytes${containers}`)),
    as('receivedBytesPerSecond', perPod('interface', rate(`container_network_receive_bytes_total${network}`))),
    as('sentBytesPerSecond', perPod('interface', rate(`container_network_transmit_bytes_total${network}`))),
    as('ownBytes', perPod('container', `container_fs_usage_bytes${containers}`)),
    ...(claims.length === 0 ? [] : [as('claim', ofClaims(namespace, claims))]),
  ].join(' or ');
}

/** What `figuresQuery` was answered. */
export function figuresOf(samples: readonly Sample[]): Figures {
  const pods = new Map<string, PodFigures>();
  const claims = new Map<string, number>();
  for (const { labels, value } of samples) {
    const { pod, persistentvolumeclaim: claim, [FIGURE]: figure } = labels;
    const rounded = Math.max(0, Math.round(value));
    if (figure === 'claim' && claim !== undefined) claims.set(claim, rounded);
    else if (isFigure(figure) && pod !== undefined) pods.set(pod, { ...pods.get(pod), [figure]: rounded });
  }
  return { pods, claims };
}

const figures = ['cpuMillicores', 'memoryBytes', 'receivedBytesPerSecond', 'sentBytesPerSecond', 'ownBytes'] as const;
const isFigure = (name: string | undefined): name is keyof PodFigures => figures.some((each) => each === name);

const as = (figure: string, expression: string) => `label_replace(${expression}, "${FIGURE}", "${figure}", "", "")`;

/** A collector that is there twice counts once. */
const perPod = (part: string, expression: string) => `sum by (pod) (max by (pod, ${part}) (${expression}))`;

const ofClaims = (namespace: string, claims: readonly string[]) =>
  `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{namespace="${namespace}",persistentvolumeclaim=~"${oneOf(claims)}"})`;

/** Names in Kubernetes hold nothing else that means something in a regular expression, or in a string. */
const oneOf = (names: readonly string[]) => names.map((name) => name.replaceAll('.', '[.]')).join('|');
