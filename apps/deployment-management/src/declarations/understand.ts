import { slug } from '@berth/contracts/common';
import type { z } from 'zod';

/** Of a spec that an older or foreign definition of the kind has let through. */
export function complaintsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${['spec', ...path.map(String)].join('.')}: ${message}`).join('; ');
}

/** Why a name can be no slug; null when it can. */
export function wrongNameOf(name: string): string | null {
  const { error } = slug.safeParse(name);
  return error ? `metadata.name: ${error.issues.map(({ message }) => message).join('; ')}` : null;
}
