import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateSchedule,
  createSchedule,
  type Schedule,
  schedule,
  schedulePage,
  type ScheduleQuery,
  scheduleQuery,
  type ScheduleRun,
  scheduleRunPage,
  type ScheduleRunQuery,
  scheduleRunQuery,
  type UpdateSchedule,
  updateSchedule,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type ScheduleRow, toSchedule } from './schedule.js';
import { SchedulesService } from './schedules.service.js';

@Controller('v1')
export class SchedulesController {
  constructor(private readonly schedules: SchedulesService) {}

  @Post('workloads/:id/schedules')
  @Requires('schedules:update')
  @Answers(schedule, 201)
  async createSchedule(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: createSchedule }) body: CreateSchedule,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Schedule> {
    const created = await this.schedules.create(caller, id, body);
    void reply.header('location', `/v1/schedules/${created.id}`);
    return toSchedule(created);
  }

  @Get('schedules')
  @Requires('schedules:read')
  @Answers(schedulePage)
  async listSchedules(
    @CurrentCaller() caller: Caller,
    @Query({ schema: scheduleQuery }) query: ScheduleQuery,
  ): Promise<Page<Schedule>> {
    const page = await this.schedules.list(caller, query);
    return { ...page, items: page.items.map(toSchedule) };
  }

  @Get('schedules/:id')
  @Requires('schedules:read')
  @Answers(schedule)
  async getSchedule(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Schedule> {
    return tagged(reply, await this.schedules.find(caller, id, 'schedules:read'));
  }

  @Patch('schedules/:id')
  @Requires('schedules:update')
  @Answers(schedule)
  async updateSchedule(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: updateSchedule }) body: UpdateSchedule,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Schedule> {
    return tagged(reply, await this.schedules.update(caller, id, body, ifMatch));
  }

  /** What runs of it goes on to its end. */
  @Delete('schedules/:id')
  @Requires('schedules:update')
  @AnswersNothing()
  deleteSchedule(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.schedules.remove(caller, id);
  }

  /** What became of its times, newest first. */
  @Get('schedules/:id/runs')
  @Requires('schedules:read')
  @Answers(scheduleRunPage)
  async listScheduleRuns(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: scheduleRunQuery }) query: ScheduleRunQuery,
  ): Promise<Page<ScheduleRun>> {
    const page = await this.schedules.runs(caller, id, query);
    return { ...page, items: page.items.map((run) => ({ ...run, dueAt: run.dueAt.toISOString() })) };
  }
}

function tagged(reply: FastifyReply, row: ScheduleRow): Schedule {
  void reply.header('etag', entityTag(row.generation));
  return toSchedule(row);
}
