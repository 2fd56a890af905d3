import type { Logger } from 'pino';

/** The part of pino that the gateway uses. */
export type GatewayLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
