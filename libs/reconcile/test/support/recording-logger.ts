import { createLogger, type Logger } from '@berth/service-kit';

export interface LogLine {
  readonly level: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A logger that keeps what it is given from `warn` on. */
export function recordingLogger(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const logger = createLogger('test', 'silent');
  for (const level of ['warn', 'error'] as const)
    logger[level] = (details: object, message?: string) =>
      void lines.push({ level, details: details as LogLine['details'], message: message ?? '' });
  return { logger, lines };
}
