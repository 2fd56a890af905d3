import { describe, expect, it } from '@jest/globals';
import { currentCausationId, currentCorrelationId, withCorrelation } from './correlation.js';

describe('a correlation id', () => {
  it('holds for all that is done below it, however long that takes, and for nothing else', async () => {
    const seen = (id: string) =>
      withCorrelation({ correlationId: id }, async () => {
        await Promise.resolve();
        return [currentCorrelationId(), currentCausationId()];
      });
    expect(await Promise.all([seen('a'), seen('b')])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
    expect(currentCorrelationId()).toBeUndefined();
  });

  it('of an event within gives way to that of the request when it ends, also badly', () => {
    withCorrelation({ correlationId: 'request' }, () => {
      const broken = () =>
        withCorrelation({ correlationId: 'event', causationId: 'cause' }, () => {
          throw new Error([currentCorrelationId(), currentCausationId()].join());
        });
      expect(broken).toThrow('event,cause');
      expect([currentCorrelationId(), currentCausationId()]).toEqual(['request', undefined]);
    });
  });
});
