import { describe, expect, it } from '@jest/globals';
import { withCorrelation } from './correlation.js';
import { createLogger } from './logger.js';

const secretFields = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'refreshToken',
  'accessToken',
  'value',
  'env',
  'parameters',
];

/** A logger, and the lines that it wrote. */
function heard() {
  const lines: string[] = [];
  const logger = createLogger('test', 'info', { write: (line) => void lines.push(line) });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('a log line', () => {
  it.each(secretFields)(
    'says nothing of a field %s, at any of three levels, and leaves what stands beside it',
    (field) => {
      const { logger, lines, last } = heard();
      const holding = { [field]: 'canary', id: 'shown' };
      logger.info({ ...holding, request: { ...holding, headers: { ...holding, list: ['canary-free'] } } }, 'told');
      const redacted = { [field]: '[redacted]', id: 'shown' };
      expect(last()).toMatchObject({
        ...redacted,
        request: { ...redacted, headers: { ...redacted, list: ['canary-free'] } },
        msg: 'told',
      });
      expect(lines.join('')).not.toContain('"canary"');
    },
  );

  it('says nothing of a secret that is a list or an object', () => {
    const { logger, lines } = heard();
    logger.error({ parameters: ['canary'], env: { A: 'canary' }, err: { value: { a: 'canary' } } }, 'failed');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('canary');
  });

  it('names the service, the time, and the correlation below which it was written', () => {
    const { logger, last } = heard();
    withCorrelation({ correlationId: 'request-1' }, () => logger.info('within'));
    expect(last()).toMatchObject({ service: 'test', correlationId: 'request-1', msg: 'within' });
    expect(last()['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    logger.info('outside');
    expect(last()).not.toHaveProperty('correlationId');
  });

  it('of a level below that of the logger is not written', () => {
    const { logger, lines } = heard();
    logger.debug({ id: 1 }, 'not this');
    expect(lines).toEqual([]);
  });
});
