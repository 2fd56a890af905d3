import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudEvent, envelope } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from './support/platform.js';

const folder = join(import.meta.dirname, '../../../libs/contracts/samples');
const consumed = readdirSync(folder).filter((name) =>
  /^berth\.deployment\.(requested|cancelled|superseded|failed)\./.test(name),
);

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start({ ROLE: 'both' });
});
afterAll(() => platform.close());

describe('golden samples', () => {
  it('of all that is consumed here exist', () => {
    const types = consumed.map((name) => name.split('.').slice(1, 3).join('.'));
    expect(new Set(types)).toEqual(
      new Set(['deployment.requested', 'deployment.cancelled', 'deployment.superseded', 'deployment.failed']),
    );
  });

  it.each(consumed)('%s is taken', async (name) => {
    const event = envelope.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))) as CloudEvent<{
      build?: { buildId: string } | null;
    }>;
    await platform.bus.publish([{ topic: 'berth.deployment-management', key: event.partitionkey, event }]);
    await eventually(async () => {
      const rows = await platform.service.database.query('select 1 from inbox where event_id = $1', [event.id]);
      expect(rows).toHaveLength(1);
    });
    expect(await platform.service.database.query('select 1 from dead_letter')).toEqual([]);
    if (!event.data.build) return;
    const made = await platform.service.database.query('select 1 from build where id = $1', [event.data.build.buildId]);
    expect(made).toHaveLength(1);
  });
});
