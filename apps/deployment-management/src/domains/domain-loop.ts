import { type Outcome, type ReconcileContext, type Reconciler, ReconcileRunner, settled } from '@berth/reconcile';
import { CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config.js';
import { DOMAINS } from './domain-queue.js';
import { DomainProofs } from './domain-proofs.js';
import { DomainRoutes } from './domain-routes.js';
import { DomainsRepository } from './domains.repository.js';

/** Brings a domain from its claim to a route that is there, and lets go of it. */
@Injectable()
export class DomainLoop implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly domains: DomainsRepository,
    private readonly proofs: DomainProofs,
    private readonly routes: DomainRoutes,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(DOMAINS, this, { concurrency: 8, leaseSeconds: this.config.LEASE_SECONDS });
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const domain = await this.domains.find(this.database, id);
    if (!domain || domain.state === 'failed') return settled;
    if (domain.releasedAt) return this.routes.letGo(domain, context);
    if (domain.verifiedAt) return this.routes.watch(domain, context);
    return this.proofs.prove(domain, context);
  }
}
