import { createHash } from 'node:crypto';

/**
 * The namespace of an environment on every cluster: a readable prefix and 10 characters of a hash of the environment's id,
 * always, so that two tenants can never meet however they name things.
 */
export function namespaceFor(projectSlug: string, environmentSlug: string, environmentId: string): string {
  const readable = `${projectSlug}-${environmentSlug}`.slice(0, 52).replace(/-+$/, '');
  return `${readable}-${createHash('sha256').update(environmentId).digest('hex').slice(0, 10)}`;
}
