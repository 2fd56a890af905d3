import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { desiredOf, TestAgent, worker } from './support/test-agent.js';

let agent: TestAgent;
beforeAll(async () => {
  agent = await TestAgent.start();
});
afterAll(() => agent.dispose());

describe('live statistics', () => {
  it('show the CPU, memory and storage of each instance, with its limits', async () => {
    const writer = `node -e "require('fs').writeFileSync(process.env.HOME + '/data', Buffer.alloc(1e6)); setInterval(() => 1, 1e3)"`;
    const processes = [worker('node busy.js', { name: 'busy' }), worker(writer, { name: 'idle', memoryMib: 300 })];
    const desired = desiredOf(agent.slug(), processes);
    await agent.client.apply(desired);
    await agent.untilReady(desired.workloadId, 2);
    await eventually(async () => {
      const stats = await agent.client.stats(desired.workloadId);
      const busy = stats.find(({ process }) => process === 'busy');
      const idle = stats.find(({ process }) => process === 'idle');
      // How much it gets is for the machine to say, and what else runs there.
      expect(busy?.cpuMillicores).toBeGreaterThan(20 + 5 * (idle?.cpuMillicores ?? 0));
      expect(busy?.cpuMillicores).toBeLessThan(1_500);
      expect(idle?.cpuMillicores).toBeLessThan(200);
      expect(idle).toMatchObject({
        release: 1,
        state: 'ready',
        cpuLimitMillicores: 500,
        memoryLimitBytes: 300 * 1024 * 1024,
      });
      expect(idle?.memoryBytes).toBeGreaterThan(20 * 1024 * 1024);
      expect(idle?.memoryBytes).toBeLessThan(200 * 1024 * 1024);
      expect(idle?.storageBytes).toBeGreaterThanOrEqual(1e6);
      expect(busy?.storageBytes).toBeLessThan(100_000);
    });
  });

  it('count children that left their session', async () => {
    const big = `const data = Buffer.alloc(64 * 1024 * 1024, 1); setInterval(() => data.length, 1000);`;
    const parent = `require('child_process').spawn('node', ['big.js'], { detached: true, stdio: 'ignore' }).unref(); setInterval(() => 1, 1e3)`;
    const digest = agent.slug('children', { 'big.js': big, 'parent.js': parent });
    const desired = desiredOf(digest, [worker('node parent.js', { memoryMib: 1_024 })]);
    await agent.client.apply(desired);
    await agent.untilReady(desired.workloadId);
    await eventually(async () => {
      const [stats] = await agent.client.stats(desired.workloadId);
      expect(stats?.memoryBytes).toBeGreaterThan(128 * 1024 * 1024);
    });
  });
});
