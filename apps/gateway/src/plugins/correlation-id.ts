import { randomUUID } from 'node:crypto';
import type { CorrelationIdConfig } from '../kong/plugin-schemas.js';

const worker = randomUUID();
let counter = 0;

/** The client's id is kept, else one is made; the flavours are those of Kong. */
export function correlationId(config: CorrelationIdConfig, sent: string | undefined): string {
  if (sent) return sent;
  return config.generator === 'uuid' ? randomUUID() : `${worker}#${++counter}`;
}
