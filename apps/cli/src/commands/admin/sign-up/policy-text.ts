import type { Schemas } from '@berth/api-client';

const who = { open: 'Everybody', invitation: 'Whoever was invited', closed: 'Nobody' } as const;

/** `Whoever was invited may sign up, with an address at example.com.` */
export function policyText({ mode, domains }: Schemas['SignUpPolicy']): string {
  const where = mode === 'closed' || domains.length === 0 ? '' : `, with an address at ${domains.join(' or ')}`;
  return `${who[mode]} may sign up${where}.`;
}
