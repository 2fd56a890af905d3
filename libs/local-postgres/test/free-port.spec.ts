import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort } from '../src/index.js';

describe('a free port', () => {
  it('can be listened on, and is none that systems give to connections', async () => {
    for (let time = 0; time < 20; time++) {
      const port = await freePort();
      expect(port).toBeGreaterThanOrEqual(12_000);
      expect(port).toBeLessThan(32_000);
      const server = createServer();
      await new Promise<void>((resolve, reject) =>
        server.once('error', reject).listen(port, '127.0.0.1', () => resolve()),
      );
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
