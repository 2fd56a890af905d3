import { type CancelTimer, Clock, CONFIG, Database, LOGGER, type Logger, type Tx } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config.js';
import { BudgetLook } from './budget-look.js';
import { BudgetsRepository } from './budgets.repository.js';

const EVERY = 30_000;

/** Looks at each budget every few minutes; of all replicas one does it. */
@Injectable()
export class BudgetWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private stop: CancelTimer = () => undefined;
  private looking: Promise<void> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly budgets: BudgetsRepository,
    private readonly looks: BudgetLook,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.ROLE !== 'api') this.stop = this.clock.every(EVERY, () => this.lookOnce());
  }

  async onModuleDestroy(): Promise<void> {
    this.stop();
    await this.looking;
  }

  /** At everything that is due. */
  async look(): Promise<void> {
    while (await this.database.transaction((tx) => this.lookAtNext(tx)));
  }

  private async lookAtNext(tx: Tx): Promise<boolean> {
    const budget = await this.budgets.claim(tx, this.clock.now());
    if (budget) await this.looks.at(tx, budget);
    return budget !== undefined;
  }

  /** Never two at once in this process. */
  private lookOnce(): void {
    this.looking ??= this.look()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'budgets could not be looked at'))
      .finally(() => (this.looking = undefined));
  }
}
