import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Billing, runs } from './support/billing.js';
import { MeteringApp, somewhere } from './support/metering-app.js';

const PLACES = 12;
const main = join(import.meta.dirname, '../dist/main.js');

interface Instance {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly url: string;
}

let app: MeteringApp;
let billing: Billing;
let instances: readonly Instance[] = [];
beforeAll(async () => {
  app = await MeteringApp.start({ ROLE: 'api' });
  billing = await Billing.of(app);
  instances = await Promise.all([start(), start()]);
}, 600_000);
afterAll(async () => {
  for (const { process } of instances) {
    const ended = once(process, 'exit');
    process.kill('SIGTERM');
    await ended;
  }
  await app.close();
});

async function start(): Promise<Instance> {
  const { databaseUrl } = app.service;
  const child = spawn(process.execPath, [main], {
    env: {
      ...{ DATABASE_URL: databaseUrl, BUS_DATABASE_URL: databaseUrl, ROLE: 'api', PORT: '0', LOG_LEVEL: 'error' },
      // Nobody tells them anything of access while they are under way.
      ACCESS_STALE_SECONDS: '3600',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as { ready?: boolean; url?: string };
    if (told.ready && told.url !== undefined) return { process: child, url: told.url };
  }
  throw new Error('the service ended before it was ready');
}

async function close({ url }: Instance, organizationId: string): Promise<string | null> {
  const answer = await fetch(`${url}/v1/admin/metering/closings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${billing.administrator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ organizationId }),
  });
  const body = (await answer.json()) as { invoiceId?: string | null; code?: string };
  expect([200, 409]).toContain(answer.status);
  if (answer.status === 409) expect(body.code).toBe('period_not_over');
  return body.invoiceId ?? null;
}

describe('two instances, each in a process of its own', () => {
  it('that close the same periods at once make one invoice of each, without a gap in the numbers', async () => {
    const issuer = `P${randomUUID().slice(0, 8).toUpperCase()}`;
    const places = Array.from({ length: PLACES }, () => somewhere());
    // The processes have clocks of their own: what is billed is the month before the one that they are in.
    const now = new Date();
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 10)).toISOString();
    await billing.goTo(now.toISOString());
    for (const place of places) {
      await billing.account(place, { issuer });
      await app.accept(runs(place, month, month.replace('T00', 'T05')));
    }
    const closed = await Promise.all(
      places.map(async ({ organizationId }) => {
        const ids = await Promise.all([...instances, ...instances].map((instance) => close(instance, organizationId)));
        return ids.filter((id) => id !== null);
      }),
    );
    expect(closed.map((ids) => ids.length)).toEqual(places.map(() => 1));
    const invoices = (await Promise.all(places.map((place) => billing.invoices(place)))).flat();
    expect(invoices.map(({ id }) => id).sort()).toEqual(closed.flat().sort());
    const numbers = Array.from({ length: PLACES }, (_, index) => `${issuer}-${String(index + 1).padStart(6, '0')}`);
    expect(invoices.map(({ number }) => number).sort()).toEqual(numbers);
  }, 600_000);
});
