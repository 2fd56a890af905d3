import { z } from 'zod';
import { id, instant } from '../../common/values.js';
import { changesSomething, configChanges, configFile, revokedVersions, revokeFormer, secretVersion } from './config.js';

/** What holds variables for all workloads below it. The nearer one wins, and a workload's own wins over all of them. */
export const configScope = z.enum(['organization', 'project', 'environment']);
export type ConfigScope = z.infer<typeof configScope>;

/** The widest first. */
export const configScopes = configScope.options;

const version = z.int().nonnegative();

/** Which config version of each scope; 0: it has none. */
export const scopeVersions = z
  .object({ organization: version, project: version, environment: version })
  .meta({ id: 'ScopeVersions' });
export type ScopeVersions = z.infer<typeof scopeVersions>;

const ofScope = { scope: configScope, scopeId: id };

/** The plain variables of a scope. Values of secrets are never answered. */
export const scopedConfig = z
  .object({
    ...{ ...ofScope, version, createdAt: instant.nullable() },
    ...{ variables: z.record(z.string(), z.string()), files: z.array(configFile) },
  })
  .meta({ id: 'ScopedConfig' });
export type ScopedConfig = z.infer<typeof scopedConfig>;

export const scopedSecretList = z
  .object({ ...ofScope, version, items: z.array(secretVersion) })
  .meta({ id: 'ScopedSecretList' });
export type ScopedSecretList = z.infer<typeof scopedSecretList>;

/** `apply`: also make the releases that bring it to the workloads below. */
const scopedChanges = { ...configChanges, apply: z.boolean().default(false) };

export const changeScopedConfig = z
  .strictObject(scopedChanges)
  .refine(changesSomething, { error: 'set or unset at least one variable or file' })
  .meta({ id: 'ChangeScopedConfig' });
export type ChangeScopedConfig = z.infer<typeof changeScopedConfig>;

export const changeScopedSecrets = z
  .strictObject({ ...scopedChanges, revokeFormer })
  .refine(changesSomething, { error: 'set or unset at least one secret' })
  .meta({ id: 'ChangeScopedSecrets' });
export type ChangeScopedSecrets = z.infer<typeof changeScopedSecrets>;

const deployments = z.array(z.object({ workloadId: id, deploymentId: id }));

/** The config version of a scope, and the deployments that bring it to workloads. */
export const scopedChange = z
  .object({
    version,
    /** Workloads below whose current release is of another version of this scope or a wider one. */
    outOfDate: z.int().nonnegative(),
    /** Those among them that get a release with it. */
    deployments,
  })
  .meta({ id: 'ScopedChange' });
export type ScopedChange = z.infer<typeof scopedChange>;

/** What was revoked is replaced in all that runs with it, whatever else is applied. */
export const scopedSecretsChange = scopedChange
  .extend({ revoked: revokedVersions })
  .meta({ id: 'ScopedSecretsChange' });
export type ScopedSecretsChange = z.infer<typeof scopedSecretsChange>;

/** What was revoked, and the deployments that take it away from what runs with it. */
export const scopedSecretRevocation = z
  .object({ name: z.string(), version: z.int().positive(), deployments })
  .meta({ id: 'ScopedSecretRevocation' });
export type ScopedSecretRevocation = z.infer<typeof scopedSecretRevocation>;

const scope = z.enum([...configScope.options, 'workload']);

/** All that the next release of a workload gets and is no secret, and the scope that each is of. `bytes`: of a file, whose value is in base64. */
export const effectiveConfig = z
  .object({
    workloadId: id,
    version,
    scopeVersions,
    items: z.array(z.object({ name: z.string(), value: z.string(), scope, bytes: z.int().optional() })),
  })
  .meta({ id: 'EffectiveConfig' });
export type EffectiveConfig = z.infer<typeof effectiveConfig>;

/** All secrets that the next release of a workload gets. */
export const effectiveSecrets = z
  .object({ workloadId: id, items: z.array(secretVersion.extend({ scope })) })
  .meta({ id: 'EffectiveSecrets' });
export type EffectiveSecrets = z.infer<typeof effectiveSecrets>;
