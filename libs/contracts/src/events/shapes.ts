import { z } from 'zod';
import { processName } from '../common/process-type.js';
import { currency, decimal, digest, id, instant } from '../common/values.js';

/** What an organization may use; enforced by the owners of what is counted. */
export const quota = z.object({
  projects: z.int().nonnegative(),
  environments: z.int().nonnegative(),
  apps: z.int().nonnegative(),
  cpuMillicores: z.int().nonnegative(),
  memoryMib: z.int().nonnegative(),
  buildsAtOnce: z.int().nonnegative(),
  /** Of all volumes together, copies included. Absent in what was said before there were volumes: see `storageMibIn`. */
  storageMib: z.int().nonnegative().optional(),
});
export type Quota = z.infer<typeof quota>;

const STORAGE_MIB_UNLESS_SAID = 102_400;

/** MiB that volumes of an organization may have in all; 100 GiB where nobody has said it. */
export const storageMibIn = ({ storageMib = STORAGE_MIB_UNLESS_SAID }: Pick<Quota, 'storageMib'>): number => storageMib;

/** Where a role holds. */
export const scope = z.object({ kind: z.enum(['organization', 'project', 'environment']), id });
export type Scope = z.infer<typeof scope>;

export const role = z.enum(['owner', 'admin', 'developer', 'viewer', 'billing']);
export type Role = z.infer<typeof role>;

/** `custom`: a role that the organization defined itself, named by its id. */
export const memberRole = z.enum([...role.options, 'custom']);
export type MemberRole = z.infer<typeof memberRole>;

export const membership = z.object({
  organizationId: id,
  subjectId: id,
  scope,
  role: memberRole,
  /** Of a custom role. */
  roleId: id.optional(),
});
export type Membership = z.infer<typeof membership>;

export const customRole = z.object({
  organizationId: id,
  roleId: id,
  /** `<segment>:<verb>`; a consumer passes over those that it does not know. */
  permissions: z.array(z.string()),
});
export type CustomRole = z.infer<typeof customRole>;

/** What somebody gets for being in a group. */
export const groupGrant = z.object({ scope, role: memberRole, roleId: id.optional() });
export type GroupGrant = z.infer<typeof groupGrant>;

export const group = z.object({
  organizationId: id,
  groupId: id,
  memberIds: z.array(id),
  grants: z.array(groupGrant),
});
export type Group = z.infer<typeof group>;

export const deploymentPhase = z.enum(['queued', 'building', 'preparing', 'rolling', 'shifting', 'verifying']);
export type DeploymentPhase = z.infer<typeof deploymentPhase>;

/** What a deployment deploys; the reason of its release follows from it. */
export const deploymentSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('git'), ref: z.string() }),
  z.object({ kind: z.literal('upload'), uploadId: id }),
  z.object({ kind: z.literal('image'), image: z.string() }),
  z.object({ kind: z.literal('artifact'), digest }),
  z.object({ kind: z.literal('release'), number: z.int().positive() }),
  z.object({ kind: z.literal('promote'), workloadId: id, number: z.int().positive() }),
  z.object({ kind: z.literal('config') }),
  z.object({ kind: z.literal('scale') }),
]);
export type DeploymentSource = z.infer<typeof deploymentSource>;

/** What the app says about building; absent fields are detected. */
export const buildSettings = z.object({
  /** Folder of the app inside its repository, without leading slash. Empty: the root. */
  rootFolder: z.string().max(500).default(''),
  installCommand: z.string().max(4_000).nullable().default(null),
  buildCommand: z.string().max(4_000).nullable().default(null),
  variables: z.record(z.string(), z.string()).default({}),
});
export type BuildSettings = z.infer<typeof buildSettings>;

export const buildSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('git'), url: z.string().max(2_000), ref: z.string().max(300) }),
  z.object({ kind: z.literal('upload'), uploadId: id }),
]);
export type BuildSource = z.infer<typeof buildSource>;

export const buildRequest = z.object({
  buildId: id,
  source: buildSource,
  settings: buildSettings,
  /** After this the build may take no longer, in seconds from its start. */
  deadlineSeconds: z.int().positive(),
});
export type BuildRequest = z.infer<typeof buildRequest>;

/** Content that can be run, by its digest. */
export const artifact = z.object({
  kind: z.enum(['slug', 'image']),
  digest,
  /** 0 for an image that was not built here: nobody has weighed it. */
  sizeBytes: z.int().nonnegative(),
  /** Where an image lies that was not built here: `registry.example/shop`. Absent: in the platform's own registry. */
  repository: z.string().optional(),
  /** By which it was asked for when it was deployed; the digest is what the tag meant then. Absent: by its digest. */
  tag: z.string().optional(),
});
export type Artifact = z.infer<typeof artifact>;

/** A process type as the source describes it; sizes and health checks are the workload's. */
export const builtProcess = z.object({ name: processName, command: z.string().min(1).max(4_000) });
export type BuiltProcess = z.infer<typeof builtProcess>;

export const allocationEntry = z.object({
  cluster: z.string(),
  release: z.int().positive(),
  processType: processName,
  instances: z.int().positive(),
  cpuMillicores: z.int().positive(),
  memoryMib: z.int().positive(),
});
export type AllocationEntry = z.infer<typeof allocationEntry>;

/** What nobody counts of instances where they run, so that nothing is known of it and it costs nothing. */
export const uncounted = z.enum(['egress']);
export type Uncounted = z.infer<typeof uncounted>;

/** As it is told. `uncounted` absent: all that is metered of instances is counted there, or nobody said otherwise. */
export const statedEntry = allocationEntry.extend({ uncounted: z.array(uncounted).min(1).optional() });
export type StatedEntry = z.infer<typeof statedEntry>;

/** Everything a workload has running and serving at an instant. No entries: nothing runs. */
export const allocation = z.object({
  workloadId: id,
  appId: id,
  environmentId: id,
  projectId: id,
  organizationId: id,
  /** Contiguous per workload, from 1. */
  allocationVersion: z.int().positive(),
  /** When the runtime says it happened, or the last moment at which the former state was confirmed. */
  effectiveAt: instant,
  entries: z.array(statedEntry),
});
export type Allocation = z.infer<typeof allocation>;

/** Which invoice it is, and the hash of what it says. */
export const invoiceFact = z.object({
  invoiceId: id,
  organizationId: id,
  number: z.string(),
  month: z.string().regex(/^[0-9]{4}-[0-9]{2}$/),
  currency,
  due: decimal,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Number of what takes a void one back. */
  creditNote: z.string().optional(),
});
export type InvoiceFact = z.infer<typeof invoiceFact>;
