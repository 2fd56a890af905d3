import { z } from 'zod';
import { configName, configValues, variableName } from '../../common/config-name.js';
import { id, instant, ordinal } from '../../common/values.js';

export { variableName };

/** What of variables and files is named; all else stays. */
export const configChanges = {
  set: configValues.default({}),
  unset: z.array(configName).max(500).default([]),
};
export const changesSomething = (body: { set: object; unset: unknown[] }) =>
  Object.keys(body.set).length + body.unset.length > 0;

export const changeConfig = z
  .strictObject(configChanges)
  .refine(changesSomething, { error: 'set or unset at least one variable or file' })
  .meta({ id: 'ChangeConfig' });
export type ChangeConfig = z.infer<typeof changeConfig>;

/** Every former version of what is named goes out of use in the same step, and away from what runs. */
export const revokeFormer = z.boolean().default(false);

export const changeSecrets = z
  .strictObject({ ...configChanges, revokeFormer })
  .refine(changesSomething, { error: 'set or unset at least one secret' })
  .meta({ id: 'ChangeSecrets' });
export type ChangeSecrets = z.infer<typeof changeSecrets>;

/** Takes a secret version out of use. The one that the current config uses is replaced or unset first. */
export const revokeSecret = z.strictObject({ name: configName, version: ordinal }).meta({ id: 'RevokeSecret' });
export type RevokeSecret = z.infer<typeof revokeSecret>;

/** What was revoked, and the deployment that takes it away from what runs; null when nothing runs with it. */
export const secretRevocation = z
  .object({ name: z.string(), version: z.int().positive(), deploymentId: id.nullable() })
  .meta({ id: 'SecretRevocation' });
export type SecretRevocation = z.infer<typeof secretRevocation>;

const bytes = z.int().nonnegative();

/** A file that is no secret: its name, its size, and its bytes in base64. */
export const configFile = z.object({ name: z.string(), bytes, content: z.base64() }).meta({ id: 'ConfigFile' });
export type ConfigFile = z.infer<typeof configFile>;

/** The current config version of a workload. Values of secrets are never answered. */
export const config = z
  .object({
    workloadId: id,
    version: z.int().nonnegative(),
    variables: z.record(z.string(), z.string()),
    files: z.array(configFile),
    createdAt: instant.nullable(),
  })
  .meta({ id: 'Config' });
export type Config = z.infer<typeof config>;

/** `bytes`: of a secret that is a file. */
export const secretVersion = z.object({
  ...{ name: z.string(), version: z.int().positive(), createdAt: instant },
  bytes: bytes.optional(),
});

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
