import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** 256 bits. */
export const newSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

export interface Message {
  readonly id: string;
  readonly at: Date;
  readonly payload: string;
}

/**
 * Headers of Standard Webhooks 1.0 (symmetric, `v1`): HMAC-SHA-256 over id, seconds and payload, one signature for each
 * secret, so that a receiver that knows either of two is content.
 */
export function signedHeaders({ id, at, payload }: Message, secrets: readonly string[]): Record<string, string> {
  const seconds = Math.floor(at.getTime() / 1_000);
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${payload}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}
