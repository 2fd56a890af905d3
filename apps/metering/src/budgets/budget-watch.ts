import { Clock, Database, Rounds, type Tx } from '@berth/service-kit';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BudgetLook } from './budget-look.js';
import { BudgetsRepository } from './budgets.repository.js';

const EVERY = 30_000;

/** Looks at each budget every few minutes; of all replicas one does it. */
@Injectable()
export class BudgetWatch implements OnApplicationBootstrap {
  constructor(
    private readonly budgets: BudgetsRepository,
    private readonly looks: BudgetLook,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly rounds: Rounds,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.every(EVERY, 'budgets could not be looked at', () => this.look());
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
}
