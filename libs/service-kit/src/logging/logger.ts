import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger as PinoLogger, type LoggerOptions } from 'pino';
import { currentCorrelationId } from './correlation.js';

export type Logger = PinoLogger;

/** Injection token of the service's logger. */
export const LOGGER = Symbol('berth.logger');

const secretPaths = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'refreshToken',
  'accessToken',
  'value',
  'env',
  // Of a failed SQL statement.
  'parameters',
];

/** JSON lines, on stdout by default; credentials are redacted by field name at any of the first three levels. */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  const paths = secretPaths.flatMap((path) => [path, `*.${path}`, `*.*.${path}`]);
  const options: LoggerOptions = {
    name,
    level,
    base: { service: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: '[redacted]' },
    mixin: () => {
      const correlationId = currentCorrelationId();
      return correlationId ? { correlationId } : {};
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Lets Nest log through ours. Nest's own start-up chatter is debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug({ context: context.at(-1) }, String(message));
  }
  error(message: unknown, ...context: unknown[]): void {
    this.logger.error({ context }, String(message));
  }
  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn({ context }, String(message));
  }
  debug(message: unknown): void {
    this.logger.debug(String(message));
  }
  verbose(message: unknown): void {
    this.logger.trace(String(message));
  }
}
