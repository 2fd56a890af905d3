import { randomUUID } from 'node:crypto';
import type { DesiredLink, DesiredTask, DesiredWorkload } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { doorsOf, environmentWithLinks } from '../src/router/link-doors.js';
import { desiredOf, nextRelease, TestAgent, web } from './support/test-agent.js';

const linkTo = (name: string, over: Partial<DesiredLink> = {}): DesiredLink => ({
  ...{ workloadId: randomUUID(), name, host: `${name}-staging-abc123.localhost`, ...over },
});
/** Two of other ids and one address: among so few addresses there are some soon. */
function ofOneAddress(): [DesiredLink, DesiredLink] {
  const known = new Map<string, DesiredLink>();
  for (let number = 0; ; number++) {
    const link = linkTo(`app${number}`, { workloadId: `00000000-0000-4000-8000-${`${number}`.padStart(12, '0')}` });
    const { address } = addressOf(link);
    const other = known.get(address);
    if (other) return [other, link];
    known.set(address, link);
  }
}
const addressOf = (link: DesiredLink) => doorsOf({ links: [link] })[0]!;

describe('where a link leads', () => {
  it('is a loopback address of its own for each workload, always the same and never one that is used otherwise', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (workloadId, other) => {
        const door = addressOf(linkTo('billing', { workloadId }));
        expect(door.address).toMatch(/^127\.(6[4-9]|[7-9]\d|1\d\d|2[0-4]\d|25[0-5])\.\d{1,3}\.([1-9]\d{0,2})$/);
        expect(addressOf(linkTo('another', { workloadId })).address).toBe(door.address);
        return workloadId === other || addressOf(linkTo('billing', { workloadId: other })).address !== door.address;
      }),
    );
  });

  it('is in three variables, unless the workload has its own of that name', () => {
    const link = linkTo('billing-api');
    const { address, port } = addressOf(link);
    const environment = { BILLING_API_HOST: 'mine', GREETING: 'hello' };
    expect(environmentWithLinks({ links: [link, linkTo('orders', { isFormer: true })], environment })).toEqual({
      ...{ BILLING_API_URL: `http://${address}:${port}`, BILLING_API_HOST: 'mine', BILLING_API_PORT: String(port) },
      GREETING: 'hello',
    });
    expect(environmentWithLinks({ environment })).toEqual(environment);
  });
});

describe('the links of a local workload', () => {
  let agent: TestAgent;
  beforeEach(async () => void (agent = await TestAgent.start()));
  afterEach(() => agent.dispose());

  const show = { 'show.js': `console.log('found', process.env.BILLING_URL); require('./server.js');` };
  /** Each with a host of its own: one that another has already stays where it is. */
  const linked = (links: DesiredLink[]) =>
    desiredOf(agent.slug('v1', show), [web('node show.js')], { links, hosts: [`${randomUUID()}.localhost`] });
  const open = () => (agent.router.tables.at(-1)?.doors ?? []).map(({ host }) => host).sort();
  const printed = async ({ workloadId }: Pick<DesiredWorkload, 'workloadId'>) =>
    (await agent.client.logs(workloadId)).map(({ text }) => text).filter((text) => text.startsWith('found'));
  const told = (link: DesiredLink) => `found http://${addressOf(link).address}:${addressOf(link).port}`;

  it('are open before it starts, and told to it', async () => {
    const billing = linkTo('billing');
    agent.router.broken = true;
    const desired = linked([billing]);
    await agent.client.apply(desired);
    // Another one of the same slug needs no way to others: when it is ready, everything else was there for long.
    const other = linked([]);
    await agent.client.apply(other);
    await agent.until(other.workloadId, ({ instances }) => expect(instances).toMatchObject([{ state: 'ready' }]));
    expect((await agent.client.observe(desired.workloadId)).instances).toEqual([]);
    agent.router.broken = false;
    await agent.untilReady(desired.workloadId);
    expect(agent.router.tables.at(-1)?.doors).toEqual([addressOf(billing)]);
    expect(await printed(desired)).toEqual([told(billing)]);
  });

  it('are open once, however many lead there, and as long as anybody has them', async () => {
    const [billing, orders] = [linkTo('billing'), linkTo('orders')];
    const [one, two] = [linked([billing]), linked([billing, orders])];
    for (const desired of [one, two]) await agent.client.apply(desired);
    for (const desired of [one, two]) await agent.untilReady(desired.workloadId);
    expect(open()).toEqual([billing.host, orders.host]);
    await agent.remove(two.workloadId);
    await eventually(() => expect(open()).toEqual([billing.host]));
    await agent.remove(one.workloadId);
    await eventually(() => expect(open()).toEqual([]));
  });

  it('stay where they lead while another app has the same address, and never lead to the wrong one', async () => {
    const [billing, orders] = ofOneAddress();
    const [first, second, third] = [linked([billing]), linked([orders]), linked([linkTo('mail')])];
    await agent.client.apply(first);
    await agent.untilReady(first.workloadId);
    await agent.client.apply(second);
    // Of the same slug: when it is ready, the second would have been for long.
    await agent.client.apply(third);
    await agent.untilReady(third.workloadId);
    expect((await agent.client.observe(second.workloadId)).instances).toEqual([]);
    expect(open()).toContain(billing.host);
    expect(open()).not.toContain(orders.host);
    await agent.remove(first.workloadId);
    await agent.untilReady(second.workloadId);
    const led = agent.router.tables.flatMap(({ doors = [] }) => doors.filter((door) => door.host === orders.host));
    const since = agent.router.tables.findIndex(({ doors = [] }) => doors.some(({ host }) => host === orders.host));
    expect(led.length).toBeGreaterThan(0);
    const later = agent.router.tables.slice(since).flatMap(({ doors = [] }) => doors.map(({ host }) => host));
    expect(later).not.toContain(billing.host);
  });

  it('of the release before stay until the next one was found live', async () => {
    const billing = linkTo('billing');
    const first = linked([billing]);
    await agent.client.apply(first);
    await agent.untilReady(first.workloadId);
    const second = nextRelease(first, agent.slug('v2', show));
    await agent.client.apply({ ...second, onTrial: true, links: [{ ...billing, isFormer: true }] });
    await agent.until(first.workloadId, ({ instances }) =>
      expect(instances.find(({ release }) => release === 2)).toMatchObject({ state: 'ready', routed: true }),
    );
    expect(open()).toEqual([billing.host]);
    const { links: _, ...rest } = second;
    await agent.client.apply(rest);
    await eventually(() => expect(open()).toEqual([]));
    await agent.untilReady(first.workloadId);
    expect(await printed(first)).toEqual([told(billing), 'found undefined']);
  });

  it('are had by its commands, too, and closed after them', async () => {
    const billing = linkTo('billing');
    const { generation: _, processes: _p, hosts: _h, restartToken: _r, ...rest } = linked([billing]);
    const { startDeadlineSeconds: _s, ...place } = rest;
    const process = { name: 'release', command: 'node -p "\'found \' + process.env.BILLING_URL"' };
    const size = { cpuMillicores: 500, memoryMib: 128 };
    const task: DesiredTask = { ...place, taskId: randomUUID(), deadlineSeconds: 60, process: { ...process, ...size } };
    const path = `/workloads/${task.workloadId}/tasks/${task.taskId}`;
    agent.router.broken = true;
    await agent.client.call('PUT', path, task);
    expect((await agent.client.call('GET', path)).body).toMatchObject({ state: 'starting' });
    agent.router.broken = false;
    await eventually(async () =>
      expect((await agent.client.call('GET', path)).body).toMatchObject({ state: 'ended', exit: { code: 0 } }),
    );
    expect(await printed(task)).toEqual([told(billing)]);
    expect(open()).toEqual([billing.host]);
    await agent.client.call('DELETE', path);
    await eventually(() => expect(open()).toEqual([]));
  });
});
