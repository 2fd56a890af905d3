import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { condition } from './workloads.js';

/** The cluster that an installation was set up with: what is placed nowhere else is placed there. */
export const OWN_CLUSTER = 'local';

/** Where a cluster is, in the words of whoever registered it. */
export const region = z.string().min(1).max(60);

const kubeName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error: 'must be a name in Kubernetes' });
const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https address' }).max(500);

const bearer = z
  .string()
  .max(20_000)
  .regex(/^[!-~]+$/, { error: 'must be a token: visible ASCII without spaces' });
/** For `settings.prometheus`, where that asks for one. */
const prometheusToken = bearer.optional();

/** Who the platform is in a cluster. Sealed where it is kept, and never answered. */
export const clusterCredentials = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('kubeconfig'), kubeconfig: z.string().min(1).max(200_000), prometheusToken }),
  /** A service account. */
  z.strictObject({
    kind: z.literal('token'),
    server: httpsUrl,
    /** Certificate of the authority, PEM. */
    certificateAuthority: z.string().min(1).max(100_000),
    token: bearer,
    prometheusToken,
  }),
]);
export type ClusterCredentials = z.infer<typeof clusterCredentials>;

export const clusterSettings = z.strictObject({
  /** Where images lie that were built here: `registry.example/berth`. */
  registry: z.string().max(300).default(''),
  /** The Gateway that routes belong to. Where routes are Ingresses only the namespace counts: that of their controller's pods. */
  gateway: z.strictObject({
    namespace: kubeName,
    name: kubeName.default('public'),
    /** Where it answers, to prove that a route does. */
    url: z.url({ protocol: /^http$/, error: 'must be an http address' }).max(500),
  }),
  /** Class of the Ingresses that routes are where the cluster serves no Gateway API; absent: it has to. */
  ingressClass: kubeName.optional(),
  /** Namespace of the cluster's DNS, which all workloads may ask. */
  dnsNamespace: kubeName.default('kube-system'),
  /** Who is asked first what instances use: an API like that of Prometheus; `url` is what comes before `/api/v1`. */
  prometheus: z
    .strictObject({ url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(500) })
    .optional(),
});
export type ClusterSettings = z.infer<typeof clusterSettings>;

export const createCluster = z
  .strictObject({
    name: slug,
    region: region.nullable().default(null),
    credentials: clusterCredentials,
    settings: clusterSettings,
  })
  .meta({ id: 'CreateCluster' });
export type CreateCluster = z.infer<typeof createCluster>;

/** What is not named stays. */
export const updateCluster = z
  .strictObject({
    region: region.nullable().optional(),
    credentials: clusterCredentials.optional(),
    settings: clusterSettings.optional(),
  })
  .meta({ id: 'UpdateCluster' });
export type UpdateCluster = z.infer<typeof updateCluster>;

export const cluster = z
  .object({
    id,
    name: slug,
    region: z.string().nullable(),
    /** The installation was set up with it: it can be cordoned, not changed or removed. */
    isOwn: z.boolean(),
    /** Nothing new is placed there. */
    isCordoned: z.boolean(),
    /** Address of its API; null: it has none, or the installation's own configuration says it. */
    server: z.string().nullable(),
    settings: clusterSettings.nullable(),
    /** Where the world reaches its gateway: what records of hosts say. */
    address: z.array(z.string()),
    conditions: z.array(condition),
    /** How many workloads stand there. */
    workloads: z.int().nonnegative(),
    generation: z.int().positive(),
    createdAt: instant,
  })
  .meta({ id: 'Cluster' });
export type Cluster = z.infer<typeof cluster>;

export const clusterQuery = pageQuery.extend({ name: slug.optional() });
export type ClusterQuery = z.infer<typeof clusterQuery>;

/** `force`: what stands there is given up, because the cluster is gone. */
export const clusterRemoval = z.object({ force: z.stringbool().default(false) });
export type ClusterRemoval = z.infer<typeof clusterRemoval>;
export const clusterPage = pageOf(cluster).meta({ id: 'ClusterPage' });

export const clusterCheck = z.object({
  name: z.enum([
    'reachable',
    'accepted',
    'version',
    'kinds',
    'permissions',
    'gateway',
    'ingress',
    'protections',
    'metrics',
    'statistics',
    'storage-use',
    'storage',
    'pod-security',
    'priorities',
    'declarations',
  ]),
  /** `warning`: a part of the platform does not work there. */
  outcome: z.enum(['passed', 'warning', 'failed']),
  message: z.string(),
  /** What to do; null when it passed. */
  nextStep: z.string().nullable(),
});
export type ClusterCheck = z.infer<typeof clusterCheck>;

/** What was found when the cluster was looked at. */
export const clusterReport = z
  .object({
    /** False when any check failed. */
    isFit: z.boolean(),
    /** Of Kubernetes; null when it could not be asked. */
    version: z.string().nullable(),
    checks: z.array(clusterCheck),
  })
  .meta({ id: 'ClusterReport' });
export type ClusterReport = z.infer<typeof clusterReport>;

/** A space on the cluster that is to go, of an environment that was deleted or has moved away. */
export const spaceDeletion = z
  .object({
    environmentId: id,
    organizationId: id,
    namespace: z.string(),
    /** Null: it lives on elsewhere. */
    deletedAt: instant.nullable(),
    /** What holds it up and has to be taken away by somebody; null while it is simply ending. */
    heldBy: z.string().nullable(),
  })
  .meta({ id: 'SpaceDeletion' });
export type SpaceDeletion = z.infer<typeof spaceDeletion>;
export const spaceDeletionPage = pageOf(spaceDeletion).meta({ id: 'SpaceDeletionPage' });
