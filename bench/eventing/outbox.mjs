// Ours, producing: events committed to the outbox of a service, whose relay publishes them.
import { randomUUID } from 'node:crypto';
import { buildStarted } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { Database } from '@berth/service-kit';
import { now } from './clock.mjs';

const AGGREGATES = 100;

export async function open({ environment }) {
  const { startBareService } = await import('./service.mjs');
  const { app } = await startBareService('build', environment);
  const [database, outbox] = [app.get(Database), app.get(Outbox)];
  const subjects = Array.from({ length: AGGREGATES }, () => randomUUID());
  const send = async (n) => {
    const subject = subjects[n % AGGREGATES];
    const data = { buildId: subject, deploymentId: subject, workloadId: subject };
    return database.transaction(async (tx) => {
      const { id } = await outbox.append(tx, buildStarted, { subject, data });
      return { id, at: now() };
    });
  };
  return { send };
}
