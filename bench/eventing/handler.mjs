// Ours, consuming: an `@EventPattern` handler that writes one row in the transaction of the inbox, prepared as the base's.
import { buildStarted } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { now } from './clock.mjs';

const insert = { name: 'insert', text: 'insert into effect (id, subject, version) values ($1, $2, $3)' };

export async function open({ environment }) {
  const effects = [];
  class OnBuildStartedHandler {
    async handle({ id, subject, aggregateversion }, { tx }) {
      await tx.queryNamed({ ...insert, values: [id, subject, aggregateversion] });
      tx.afterCommit(() => effects.push({ id, at: now() }));
    }
  }
  const handle = OnBuildStartedHandler.prototype;
  Controller()(OnBuildStartedHandler);
  EventPattern(buildStarted.type)(handle, 'handle', Object.getOwnPropertyDescriptor(handle, 'handle'));
  Payload()(handle, 'handle', 0);
  Ctx()(handle, 'handle', 1);

  const { startBareService } = await import('./service.mjs');
  const { app } = await startBareService('metering', environment, [OnBuildStartedHandler]);
  const table = () => app.get(Database).query('select id, subject, version from effect order by seq');
  return { effects, table };
}
