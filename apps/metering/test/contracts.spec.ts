import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudEvent, envelope } from '@berth/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MeteringApp } from './support/metering-app.js';

const folder = join(import.meta.dirname, '../../../libs/contracts/samples');
const consumed = readdirSync(folder).filter((name) =>
  /^berth\.(volume\.|egress\.|domain\.(attached|removed)\.v1\.[23]|domain\.snapshot|(app|project|environment)\.created|(app|environment)\.labelled|workload\.(allocation-(?!snapshot-requested)|usage-measured)|build\.(succeeded|failed|cancelled)\.v1\.2)/.test(
    name,
  ),
);

let app: MeteringApp;

beforeAll(async () => {
  app = await MeteringApp.start();
  app.clock.held = new Date('2026-11-24T00:00:00.000Z');
});
afterAll(() => app.close());

describe('golden samples', () => {
  it('of all that is consumed here exist', () => {
    expect(consumed.map((name) => name.replace(/\.v1\.\d+\.json$/, ''))).toEqual(
      expect.arrayContaining([
        'berth.app.created',
        'berth.app.labelled',
        'berth.environment.labelled',
        'berth.build.cancelled',
        'berth.build.failed',
        'berth.build.succeeded',
        'berth.domain.attached',
        'berth.domain.removed',
        'berth.domain.snapshot',
        'berth.egress.measured',
        'berth.environment.created',
        'berth.project.created',
        'berth.volume.created',
        'berth.volume.deleted',
        'berth.volume.resized',
        'berth.workload.allocation-changed',
        'berth.workload.allocation-heartbeat',
        'berth.workload.allocation-snapshot',
        'berth.workload.usage-measured',
      ]),
    );
  });

  it.each(consumed)('%s takes effect', async (name) => {
    const sample = envelope.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))) as CloudEvent;
    await app.tell(sample);
    expect(await app.database.query('select 1 from dead_letter')).toEqual([]);
    const rows = await app.database.query(keptBy(sample), [
      sample.type.includes('usage-measured') ? sample.id : sample.subject,
    ]);
    expect(rows).toHaveLength(1);
  });
});

const keptBy = ({ type }: CloudEvent): string => {
  if (type.includes('usage-measured')) return 'select 1 from measured_usage where event_id = $1';
  if (type.includes('labelled')) return 'select 1 from place_labels where place_id = $1';
  if (type.includes('.created') && !type.includes('volume')) return 'select 1 from place_name where id = $1';
  // A domain is metered, and its host is kept for invoices.
  if (type.includes('.domain.'))
    return 'select 1 from metered_workload w join place_name n on n.id = w.workload_id where w.workload_id = $1';
  return 'select 1 from metered_workload where workload_id = $1';
};
