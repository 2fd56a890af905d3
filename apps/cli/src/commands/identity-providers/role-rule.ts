import type { Schemas } from '@berth/api-client';
import { InvalidArgumentError } from 'commander';

type Rule = Schemas['IdentityProvider']['roles'][number];

export const mappedRoles = ['admin', 'developer', 'viewer', 'billing'] as const satisfies readonly Rule['role'][];

/** `groups=ops:admin`: claims have no `=`, and roles no `:`, while values may have both. */
export function roleRule(text: string, before?: readonly Rule[] | false): Rule[] {
  const [, claim = '', value = '', name] = /^([^=]+)=(.+):([a-z]+)$/.exec(text) ?? [];
  const role = mappedRoles.find((each) => each === name);
  if (role) return [...(before || []), { claim, value, role }];
  throw new InvalidArgumentError(`Write CLAIM=VALUE:ROLE, with one of ${mappedRoles.join(', ')}.`);
}
