import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type Budget,
  budget,
  budgetPage,
  type BudgetQuery,
  budgetQuery,
  type CreateBudget,
  createBudget,
  type UpdateBudget,
  updateBudget,
} from '@berth/contracts/metering';
import { Answers, AnswersNothing, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { BudgetsRepository, budgetTold } from './budgets.repository.js';
import { BudgetsService } from './budgets.service.js';

@Controller('v1/budgets')
export class BudgetsController {
  constructor(
    private readonly budgets: BudgetsRepository,
    private readonly service: BudgetsService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get()
  @Requires('budgets:read')
  @Answers(budgetPage)
  async listBudgets(
    @CurrentCaller() caller: Caller,
    @Query({ schema: budgetQuery }) query: BudgetQuery,
  ): Promise<Page<Budget>> {
    await this.access.require(caller, 'budgets:read', { organizationId: query.organization });
    const page = toPage(await this.budgets.list(this.database.confined, query), query.limit, (each) => each.id);
    return { ...page, items: page.items.map(budgetTold) };
  }

  @Post()
  @Requires('budgets:update')
  @Answers(budget, 201)
  async createBudget(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createBudget }) body: CreateBudget,
  ): Promise<Budget> {
    await this.access.require(caller, 'budgets:update', { organizationId: body.organizationId });
    return this.service.create(caller, body);
  }

  @Patch(':id')
  @Requires('budgets:update')
  @Answers(budget)
  async updateBudget(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) budgetId: string,
    @Body({ schema: updateBudget }) body: UpdateBudget,
  ): Promise<Budget> {
    await this.requireUpdate(caller, budgetId);
    return this.service.update(caller, budgetId, body);
  }

  @Delete(':id')
  @Requires('budgets:update')
  @AnswersNothing()
  async deleteBudget(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) budgetId: string): Promise<void> {
    await this.requireUpdate(caller, budgetId);
    await this.service.remove(caller, budgetId);
  }

  private async requireUpdate(caller: Caller, budgetId: string): Promise<void> {
    const { organizationId } = await this.service.find(budgetId);
    await this.access.require(caller, 'budgets:update', { organizationId });
  }
}
