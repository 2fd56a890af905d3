import { type Caller, changedFrom } from '@berth/access';
import type { Environment, Failover, SetFailover } from '@berth/contracts/deployment';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { notFound } from '../not-found.js';
import { failoverErrors } from './failovers.errors.js';
import { FailoversRepository } from './failovers.repository.js';

/** Two looks at a cluster that answered, and some. */
const LEAST_SECONDS = 60;

/** Whether, and when, what runs in an environment leaves a cluster that does not answer. */
@Injectable()
export class FailoversService {
  constructor(
    private readonly database: Database,
    private readonly failovers: FailoversRepository,
    private readonly environments: EnvironmentsService,
    private readonly changes: Changes,
  ) {}

  /** @throws 404 when it never does, or the caller may not know of it */
  async get(caller: Caller, id: string): Promise<Failover> {
    await this.environments.get(caller, id, 'environments:read');
    const found = await this.failovers.find(this.database, id);
    if (!found) throw notFound();
    return found;
  }

  /** In effect at the next look at a cluster, also for what does not answer by now. */
  async set(caller: Caller, id: string, policy: SetFailover): Promise<Failover> {
    const environment = await this.environments.get(caller, id, 'environments:move');
    if (policy.afterSeconds < LEAST_SECONDS) {
      const detail = `A cluster is looked at too seldom to say that it is gone in less than ${LEAST_SECONDS} s.`;
      throw failoverErrors.FailoverTooSoon(detail, { pointer: '/afterSeconds' });
    }
    await this.database.transaction(async (tx) => {
      await this.environments.holdAlone(tx, id);
      const former = await this.failovers.find(tx, id);
      await this.failovers.set(tx, id, policy);
      await this.act(tx, caller, environment, policy, former);
    });
    return { environmentId: id, ...policy };
  }

  /** What is on its way by then arrives. @throws 404 when there was none */
  async remove(caller: Caller, id: string): Promise<void> {
    const environment = await this.environments.get(caller, id, 'environments:move');
    await this.database.transaction(async (tx) => {
      await this.environments.holdAlone(tx, id);
      const former = await this.failovers.find(tx, id);
      if (!(await this.failovers.remove(tx, id))) throw notFound();
      await this.act(tx, caller, environment, null, former);
    });
  }

  private act(
    tx: Tx,
    by: Caller,
    { id, organizationId }: Environment,
    failover: SetFailover | null,
    former: SetFailover | undefined,
  ): Promise<void> {
    const act = { by, action: 'environments:update', target: { kind: 'environment', id }, organizationId };
    const change = changedFrom(
      { failover: former && termsOf(former) },
      { failover: failover ? termsOf(failover) : undefined },
    );
    return this.changes.act(tx, { ...act, detail: { failover }, change });
  }
}

const termsOf = ({ afterSeconds, workersMayRunTwice }: SetFailover) => ({ afterSeconds, workersMayRunTwice });
