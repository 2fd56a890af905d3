import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateEnvironment,
  createEnvironment,
  type Environment,
  environment,
  environmentPage,
  type EnvironmentQuery,
  environmentQuery,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { EnvironmentCreations } from './environment-creations.js';
import { EnvironmentsService } from './environments.service.js';

@Controller('v1/environments')
export class EnvironmentsController {
  constructor(
    private readonly environments: EnvironmentsService,
    private readonly creations: EnvironmentCreations,
  ) {}

  @Post()
  @Requires('environments:create')
  @Answers(environment, 201)
  async createEnvironment(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createEnvironment }) body: CreateEnvironment,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Environment> {
    const made = await this.creations.create(caller, body);
    void reply.header('location', `/v1/environments/${made.id}`);
    return made;
  }

  @Get()
  @Requires('environments:read')
  @Answers(environmentPage)
  listEnvironments(
    @CurrentCaller() caller: Caller,
    @Query({ schema: environmentQuery }) query: EnvironmentQuery,
  ): Promise<Page<Environment>> {
    return this.environments.list(caller, query);
  }

  @Get(':id')
  @Requires('environments:read')
  @Answers(environment)
  getEnvironment(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Environment> {
    return this.environments.get(caller, id);
  }

  @Delete(':id')
  @Requires('environments:delete')
  @AnswersNothing()
  deleteEnvironment(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.environments.remove(caller, id);
  }
}
