import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateApp,
  createApp,
  type App,
  app,
  appPage,
  type AppQuery,
  appQuery,
  type UpdateApp,
  updateApp,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AppCreations } from './app-creations.js';
import { AppsService } from './apps.service.js';

@Controller('v1/apps')
export class AppsController {
  constructor(
    private readonly apps: AppsService,
    private readonly creations: AppCreations,
  ) {}

  @Post()
  @Requires('apps:create')
  @Answers(app, 201)
  async createApp(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createApp }) body: CreateApp,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<App> {
    const made = await this.creations.create(caller, body);
    void reply.header('location', `/v1/apps/${made.id}`);
    return made;
  }

  @Get()
  @Requires('apps:read')
  @Answers(appPage)
  listApps(@CurrentCaller() caller: Caller, @Query({ schema: appQuery }) query: AppQuery): Promise<Page<App>> {
    return this.apps.list(caller, query);
  }

  @Get(':id')
  @Requires('apps:read')
  @Answers(app)
  async getApp(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<App> {
    return tagged(reply, (await this.apps.getInPart(caller, id)).app);
  }

  @Patch(':id')
  @Requires('apps:update')
  @Answers(app)
  async updateApp(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: updateApp }) body: UpdateApp,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<App> {
    return tagged(reply, await this.apps.update(caller, id, body, ifMatch));
  }

  @Delete(':id')
  @Requires('apps:delete')
  @AnswersNothing()
  deleteApp(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.apps.remove(caller, id);
  }
}

function tagged(reply: FastifyReply, answer: App): App {
  void reply.header('etag', entityTag(answer.generation));
  return answer;
}
