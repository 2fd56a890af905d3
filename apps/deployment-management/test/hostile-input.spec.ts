import { sendHostileRequests } from '@berth/testing';
import { expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';

it('every route refuses malformed, oversized and hostile input with a problem document', async () => {
  const platform = await Platform.start();
  try {
    const token = await platform.identity.token({ administrator: true });
    const { sent, wrong } = await sendHostileRequests(platform.service.url, token);
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(300);
  } finally {
    await platform.close();
  }
}, 120_000);
