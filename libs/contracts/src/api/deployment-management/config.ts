import { z } from 'zod';
import { id, instant, ordinal, storable } from '../../common/values.js';

/** POSIX name; `PORT` and the `BERTH_` prefix belong to the platform. */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, {
    error: 'must be letters, digits and underscores, not starting with a digit',
  })
  .refine((name) => name !== 'PORT' && !name.startsWith('BERTH_'), { error: 'belongs to the platform' });

const variableValue = z
  .string()
  .max(65_536)
  .refine(storable, { error: 'must not hold a NUL character or half a surrogate pair' });

/** What of variables is named; all others stay. */
export const variableChanges = {
  set: z.record(variableName, variableValue).default({}),
  unset: z.array(variableName).max(500).default([]),
};
export const changesSomething = (body: { set: object; unset: unknown[] }) =>
  Object.keys(body.set).length + body.unset.length > 0;

export const changeConfig = z
  .strictObject(variableChanges)
  .refine(changesSomething, { error: 'set or unset at least one variable' })
  .meta({ id: 'ChangeConfig' });
export type ChangeConfig = z.infer<typeof changeConfig>;

/** Every former version of what is named goes out of use in the same step, and away from what runs. */
export const revokeFormer = z.boolean().default(false);

export const changeSecrets = z
  .strictObject({ ...variableChanges, revokeFormer })
  .refine(changesSomething, { error: 'set or unset at least one secret' })
  .meta({ id: 'ChangeSecrets' });
export type ChangeSecrets = z.infer<typeof changeSecrets>;

/** Takes a secret version out of use. The one that the current config uses is replaced or unset first. */
export const revokeSecret = z.strictObject({ name: variableName, version: ordinal }).meta({ id: 'RevokeSecret' });
export type RevokeSecret = z.infer<typeof revokeSecret>;

/** What was revoked, and the deployment that takes it away from what runs; null when nothing runs with it. */
export const secretRevocation = z
  .object({ name: z.string(), version: z.int().positive(), deploymentId: id.nullable() })
  .meta({ id: 'SecretRevocation' });
export type SecretRevocation = z.infer<typeof secretRevocation>;

/** The current config version of a workload. Values of secrets are never answered. */
export const config = z
  .object({
    workloadId: id,
    version: z.int().nonnegative(),
    variables: z.record(z.string(), z.string()),
    createdAt: instant.nullable(),
  })
  .meta({ id: 'Config' });
export type Config = z.infer<typeof config>;

export const secretVersion = z.object({ name: z.string(), version: z.int().positive(), createdAt: instant });

export const secretList = z.object({ workloadId: id, items: z.array(secretVersion) }).meta({ id: 'SecretList' });
export type SecretList = z.infer<typeof secretList>;

/** The new config version and the deployment that releases it; null while nothing was ever deployed. */
export const configChange = z
  .object({ version: z.int().positive(), deploymentId: id.nullable() })
  .meta({ id: 'ConfigChange' });
export type ConfigChange = z.infer<typeof configChange>;

/** `revoked`: the versions that are in no release from now on; what runs with them is replaced by the deployment. */
export const revokedVersions = z.array(z.object({ name: z.string(), version: z.int().positive() }));

export const secretsChange = configChange.extend({ revoked: revokedVersions }).meta({ id: 'SecretsChange' });
export type SecretsChange = z.infer<typeof secretsChange>;
