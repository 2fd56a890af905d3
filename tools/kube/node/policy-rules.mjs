// Network policies as an nftables table. Pure: what the API server lists in, text out.
const TABLE = 'berth_policies';

const operators = {
  In: (values, value) => values.includes(value),
  NotIn: (values, value) => !values.includes(value),
  Exists: (_, value) => value !== undefined,
  DoesNotExist: (_, value) => value === undefined,
};

/** Whether a label selector of Kubernetes selects these labels. */
export const selects = (selector, labels = {}) =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector?.matchExpressions ?? []).every(({ key, operator, values }) => operators[operator](values, labels[key]));

const directions = [
  { type: 'Ingress', field: 'ingress', peers: 'from', peerSide: 'saddr', podSide: 'daddr' },
  { type: 'Egress', field: 'egress', peers: 'to', peerSide: 'daddr', podSide: 'saddr' },
];

/** The whole table: a chain for each pod and direction that some policy is about, and what leads to it. */
export function rulesOf({ policies, namespaces, pods }) {
  const labelsOf = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels]));
  const world = { labelsOf, pods: pods.filter(hasAddress) };
  const chains = world.pods.flatMap((pod, index) =>
    directions.flatMap((direction) => chainOf(world, pod, policies.filter(isAbout(pod, direction)), direction, index)),
  );
  const hook = (name, jumps) =>
    `chain ${name} { type filter hook ${name} priority -10; policy accept; ct state established,related accept; ${jumps.join('; ')}; }`;
  const all = chains.map(({ jump }) => jump);
  // To the host itself comes only what a pod sends.
  const sent = chains.filter(({ side }) => side === 'saddr').map(({ jump }) => jump);
  const parts = [...chains.map(({ text }) => text), hook('forward', all), hook('input', sent)];
  return `table inet ${TABLE}\ndelete table inet ${TABLE}\ntable inet ${TABLE} {\n${parts.join('\n')}\n}\n`;
}

const hasAddress = ({ spec, status }) =>
  status.podIP !== undefined && !spec.hostNetwork && !['Succeeded', 'Failed'].includes(status.phase);

const isAbout =
  ({ metadata: { namespace, labels } }, { type }) =>
  ({ metadata, spec }) =>
    metadata.namespace === namespace &&
    selects(spec.podSelector, labels) &&
    (spec.policyTypes ?? ['Ingress']).includes(type);

function chainOf(world, pod, policies, direction, index) {
  if (policies.length === 0) return [];
  const { field, podSide } = direction;
  const name = `${field}_${index}`;
  const allowed = policies.flatMap(({ metadata, spec }) =>
    (spec[field] ?? []).flatMap((rule) => allowedBy(world, pod, rule, metadata.namespace, direction)),
  );
  const text = `chain ${name} {\n${[...new Set(allowed), 'counter drop'].join('\n')}\n}`;
  return [{ text, side: podSide, jump: `ip ${podSide} ${pod.status.podIP} jump ${name}` }];
}

function allowedBy(world, pod, rule, namespace, { peers, peerSide, field }) {
  const named = rule[peers]?.length ? rule[peers].flatMap((peer) => addressesOf(world, peer, namespace)) : [{}];
  return named.flatMap(({ cidr, except = [], pod: peer }) => {
    const from = cidr === undefined ? '' : `ip ${peerSide} ${cidr} `;
    const not = except.length === 0 ? '' : `ip ${peerSide} != { ${except.join(', ')} } `;
    const target = field === 'ingress' ? pod : peer;
    return portsOf(rule.ports, target).map((ports) => `${from}${not}${ports}return`);
  });
}

function addressesOf({ labelsOf, pods }, { ipBlock, podSelector, namespaceSelector }, own) {
  if (ipBlock) return isV6(ipBlock.cidr) ? [] : [{ ...ipBlock, except: ipBlock.except?.filter((each) => !isV6(each)) }];
  const inNamespace = ({ metadata: { namespace } }) =>
    namespaceSelector ? selects(namespaceSelector, labelsOf.get(namespace)) : namespace === own;
  return pods
    .filter((pod) => inNamespace(pod) && selects(podSelector, pod.metadata.labels))
    .map((pod) => ({ cidr: pod.status.podIP, pod }));
}

/** Pods have addresses of version 4 only. */
const isV6 = (cidr) => cidr.includes(':');

function portsOf(ports, target) {
  if (!ports?.length) return [''];
  return ports.flatMap(({ port, endPort, protocol = 'TCP' }) => {
    const transport = protocol.toLowerCase();
    if (port === undefined) return [`meta l4proto ${transport} `];
    const number = typeof port === 'number' ? port : namedPort(target, port);
    return number === undefined ? [] : [`${transport} dport ${endPort ? `${number}-${endPort}` : number} `];
  });
}

const namedPort = (pod, name) =>
  pod?.spec.containers.flatMap(({ ports = [] }) => ports).find((each) => each.name === name)?.containerPort;
