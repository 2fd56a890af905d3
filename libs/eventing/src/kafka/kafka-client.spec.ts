import { describe, expect, it } from '@jest/globals';
import { silent } from '../../test/support.js';
import { kafkaClient, retriesUntil } from './kafka-client.js';

describe('retries for ever', () => {
  it('are more than any count, until they are stopped; then none is left', () => {
    const stop = new AbortController();
    const retries = retriesUntil(stop.signal);
    expect(1_000_000 < retries).toBe(true);
    stop.abort();
    expect(0 < retries).toBe(false);
  });

  it('end a client that nobody answers once they are stopped', async () => {
    const stop = new AbortController();
    const options = { clientId: 'test', brokers: ['127.0.0.1:1'] };
    const connecting = kafkaClient(options, silent, retriesUntil(stop.signal)).admin().connect();
    stop.abort();
    await expect(connecting).rejects.toThrow('ECONNREFUSED');
  });
});
