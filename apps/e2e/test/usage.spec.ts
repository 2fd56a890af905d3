import { eventually } from '@berth/testing';
import { expect } from '@jest/globals';
import { BerthProcess } from './support/berth-process.js';
import { rowsOf } from './support/stored.js';
import { usageSuite } from './suites/usage.suite.js';

usageSuite(
  () => BerthProcess.start(),
  async (former) => {
    expect(await former.stop()).toBe(0);
    const args = ['--no-example', '--replay'];
    const berth = await BerthProcess.start({ folder: former.folder, port: former.port, arguments: args });
    expect(berth.output).toContain('once more');
    await eventually(async () => expect(await unread(berth)).toBe(0), { within: 60_000 });
    return berth;
  },
);

/** What the platform's own composition says about the bus: how far metering still has to read. */
async function unread(berth: BerthProcess): Promise<number> {
  const sql = `select coalesce(sum(m.head - p.next_offset), 0)::int as unread
    from (select topic, partition, max("offset") + 1 as head from berth_bus.message group by topic, partition) m
    join berth_bus.position p on p.topic = m.topic and p.partition = m.partition and p.consumer_group = 'metering'`;
  return (await rowsOf<{ unread: number }>(berth.databaseUrl('bus'), sql))[0]?.unread ?? -1;
}
