import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { book, events, issued, version } from './issued-invoice.js';
import { idOf, page } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const binary = join(import.meta.dirname, '../bin/berth.js');

/** The built program, started by the oldest Node that it promises to run on. */
describe('berth on the oldest Node', () => {
  withPlatform();

  async function berth(...argv: string[]): Promise<string> {
    const env = { HOME: terminal.home, BERTH_SERVER: platform.url };
    const node = process.env['OLDEST_NODE'] ?? '';
    return (await promisify(execFile)(node, [binary, ...argv], { cwd: terminal.folder, env })).stdout;
  }

  it('says its version and how it is used', async () => {
    expect(await berth('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await berth('--help')).toContain('price-books simulate');
  });

  it('prices what every workload of a recorded month used', async () => {
    const other = events.map((event) => ({ ...event, data: { ...event.data, workloadId: idOf(41) } }));
    const month = {
      ...{ format: 'berth.invoice-export.v1', document: issued(), corrected: [], priceBooks: [], agreements: [] },
      events: [...events, ...other],
    };
    await writeFile(join(terminal.folder, 'month.json'), JSON.stringify(month));
    platform.on('GET /v1/price-books', page({ ...book, current: version }));
    // 104 x 0.028 = 2.912; 10.00
    expect(JSON.parse(await berth('price-books', 'simulate', 'default', 'month.json', '--json'))).toMatchObject({
      net: '12.91',
      invoiced: '11.46',
    });
  });
});
