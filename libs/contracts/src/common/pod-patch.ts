import { z } from 'zod';

/** The folder that every instance may write to is the platform's; a patch may add others. */
const SCRATCH = /^scratch-[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const LARGEST_USER = 2_147_483_647;

/** Only what reads metrics and logs acts on these. Others give a pod networks, sidecars or rights. */
const annotationKey = z
  .string()
  .max(317)
  .regex(/^(prometheus\.io|fluentbit\.io)\/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, {
    error: 'must be one of prometheus.io/ or fluentbit.io/: others can change what a pod may do',
  });
const annotations = z.record(
  annotationKey,
  z
    .string()
    .max(1_000)
    .refine((text) => !/\p{Cc}/u.test(text), { error: 'must not hold control characters' }),
);

/**
 * What every cluster says about its nodes. A node by its name is nobody's choice, and labels of storage drivers, clouds and
 * operators have names of nodes as values (`topology.topolvm.io/node`): no other key is known to have none.
 */
const wellKnown = [
  ...(['topology.kubernetes.io/zone', 'topology.kubernetes.io/region', 'node.kubernetes.io/instance-type'] as const),
  ...(['kubernetes.io/arch', 'kubernetes.io/os'] as const),
] as const;
const nodeLabel = z.enum(wellKnown, {
  error: `must be one of ${wellKnown.join(', ')}: others can tell one node by its name`,
});
const labelValues = z
  .array(z.string().regex(LABEL_VALUE, { error: 'must be the value of a label' }))
  .min(1)
  .max(20);
const nodeMatch = z.discriminatedUnion('operator', [
  z.strictObject({ key: nodeLabel, operator: z.literal('In'), values: labelValues }),
  z.strictObject({ key: nodeLabel, operator: z.literal('NotIn'), values: labelValues }),
  z.strictObject({ key: nodeLabel, operator: z.literal('Exists') }),
  z.strictObject({ key: nodeLabel, operator: z.literal('DoesNotExist') }),
]);
const nodeTerm = z.strictObject({ matchExpressions: z.array(nodeMatch).min(1).max(10) });
const nodeAffinity = z.strictObject({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .strictObject({ nodeSelectorTerms: z.array(nodeTerm).min(1).max(10) })
    .optional(),
  preferredDuringSchedulingIgnoredDuringExecution: z
    .array(z.strictObject({ weight: z.int().min(1).max(100), preference: nodeTerm }))
    .max(10)
    .optional(),
});

/** How long an instance stays bound to a node that is lost. Any other taint is how an operator keeps tenants away. */
const toleration = z.strictObject({
  key: z.enum(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']),
  operator: z.literal('Exists'),
  effect: z.literal('NoExecute'),
  tolerationSeconds: z.int().min(0).max(3_600),
});

/** How names are looked up, not where: the servers are the cluster's. */
const dnsOption = z.strictObject({
  name: z.enum(['ndots', 'timeout', 'attempts', 'rotate', 'single-request', 'single-request-reopen', 'use-vc']),
  value: z
    .string()
    .regex(/^[0-9]{1,2}$/, { error: 'must be a number' })
    .optional(),
});

/** Neither the node's disk nor anything of the cluster: empty at the start, gone at the end, within what is paid for. */
const scratchVolume = z.strictObject({
  name: z.string().regex(SCRATCH, { error: 'must begin with scratch-, in lower case' }),
  emptyDir: z.strictObject({
    sizeLimit: z
      .string()
      .regex(/^[1-9][0-9]{0,3}Mi$/, { error: 'must be MiB, as 64Mi' })
      .refine((size) => Number.parseInt(size, 10) <= 1_024, { error: 'must be at most 1024Mi' }),
    /** In memory it counts as memory of the instance. */
    medium: z.literal('Memory').optional(),
  }),
});

const OURS = /^\/($|tmp(\/|$)|run\/berth(\/|$)|proc(\/|$)|sys(\/|$)|dev($|\/(?!shm$)))/;
/** Of the instance's own. A folder that is open at the node shows below `/proc/self/fd` to what starts there. */
const ownFolder = z
  .string()
  .max(200)
  .regex(/^(\/[A-Za-z0-9._-]+)+$/, { error: 'must be an absolute path' })
  .refine((path) => path.split('/').every((part) => part !== '.' && part !== '..'), {
    error: 'must not lead upwards',
  })
  .refine((path) => !OURS.test(path), { error: 'is the platform’s or the node’s' });
const scratchMount = z.strictObject({
  name: z.string().regex(SCRATCH, { error: 'must begin with scratch-, in lower case' }),
  mountPath: ownFolder,
});

/** Run inside the instance. Kubernetes would send any other kind of hook from the node itself. */
const hook = z.strictObject({
  exec: z.strictObject({ command: z.array(z.string().min(1).max(1_000)).min(1).max(20) }),
});

const container = z.strictObject({
  /** The process type. */
  name: z.string().max(30),
  workingDir: ownFolder.optional(),
  lifecycle: z.strictObject({ postStart: hook.optional(), preStop: hook.optional() }).optional(),
  volumeMounts: z.array(scratchMount).max(8).optional(),
});

const user = z.int().min(1, { error: 'must not be root' }).max(LARGEST_USER);

const firstTwice = (names: readonly string[]): number => names.findIndex((name, at) => names.indexOf(name) !== at);

const spec = z
  .strictObject({
    /** Instances that end are not paid for. */
    terminationGracePeriodSeconds: z.int().min(15).max(120).optional(),
    tolerations: z.array(toleration).max(2).optional(),
    affinity: z.strictObject({ nodeAffinity }).optional(),
    dnsConfig: z.strictObject({ options: z.array(dnsOption).max(7) }).optional(),
    securityContext: z.strictObject({ runAsUser: user.optional(), runAsGroup: user.optional() }).optional(),
    volumes: z.array(scratchVolume).max(8).optional(),
    containers: z.array(container).length(1).optional(),
  })
  .superRefine(({ volumes = [], containers, tolerations = [] }, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const mounts = containers?.[0]?.volumeMounts ?? [];
    const names = volumes.map(({ name }) => name);
    for (const [path, all] of [
      [['volumes'], names],
      [['tolerations'], tolerations.map(({ key }) => key)],
      [['containers', 0, 'volumeMounts'], mounts.map(({ mountPath }) => mountPath)],
    ] as const)
      if (firstTwice(all) >= 0) complain([...path, firstTwice(all)], 'is there twice');
    const lost = mounts.findIndex(({ name }) => !names.includes(name));
    if (lost >= 0) complain(['containers', 0, 'volumeMounts', lost, 'name'], 'is no volume of this patch');
  });

/**
 * What may be said about the pods of a process type beyond what the platform says: a part of a pod template in the words of
 * Kubernetes (v1.36, PodTemplateSpec), merged into ours by the names in its lists.
 *
 * By what is allowed, not by what is forbidden: nothing here makes a pod less isolated, larger, or another one's. Sizes,
 * variables, images, probes, labels, accounts, networks and other containers are not here.
 */
export const podPatch = z
  .strictObject({ metadata: z.strictObject({ annotations }).optional(), spec: spec.optional() })
  .meta({ id: 'PodPatch' });
export type PodPatch = z.infer<typeof podPatch>;
