import { TestIdentity } from '@berth/access/testing';
import { sendHostileRequests, startTestService } from '@berth/testing';
import { expect, it } from '@jest/globals';
import { metering } from '../src/index.js';

it('every route refuses malformed, oversized and hostile input with a problem document', async () => {
  const service = await startTestService(metering);
  try {
    const identity = await TestIdentity.create(service.database);
    const { sent, wrong } = await sendHostileRequests(service.url, await identity.token({ administrator: true }));
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(50);
  } finally {
    await service.close();
  }
}, 600_000);
