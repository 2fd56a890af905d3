import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateTask,
  createTask,
  type Task,
  task,
  taskPage,
  type TaskQuery,
  taskQuery,
} from '@berth/contracts/deployment';
import { Answers, Clock, sendEventStream, type StreamEvent } from '@berth/service-kit';
import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { toTask } from './task.js';
import { TaskLogs } from './task-logs.js';
import { TasksService } from './tasks.service.js';

@Controller('v1')
export class TasksController {
  constructor(
    private readonly tasks: TasksService,
    private readonly logs: TaskLogs,
    private readonly access: Access,
    private readonly clock: Clock,
  ) {}

  /** Runs once on the current release, beside its instances, and ends. */
  @Post('workloads/:id/tasks')
  @Requires('tasks:create')
  @Answers(task, 202)
  async createTask(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: createTask }) body: CreateTask,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Task> {
    const created = await this.tasks.create(caller, id, body);
    void reply.header('location', `/v1/tasks/${created.id}`);
    return toTask(created);
  }

  @Get('tasks')
  @Requires('tasks:read')
  @Answers(taskPage)
  async listTasks(
    @CurrentCaller() caller: Caller,
    @Query({ schema: taskQuery }) query: TaskQuery,
  ): Promise<Page<Task>> {
    const page = await this.tasks.list(caller, query);
    return { ...page, items: page.items.map(toTask) };
  }

  @Get('tasks/:id')
  @Requires('tasks:read')
  @Answers(task)
  async getTask(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Task> {
    return toTask(await this.tasks.find(caller, id, 'tasks:read'));
  }

  @Post('tasks/:id/cancel')
  @Requires('tasks:cancel')
  @Answers(task)
  async cancelTask(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Task> {
    return toTask(await this.tasks.cancel(caller, id));
  }

  /** Log lines as Server-Sent Events until it ends, and the last ones of one that has. `Last-Event-ID` resumes. */
  @Get('tasks/:id/logs')
  @Requires('workloads:logs')
  async streamTaskLogs(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Headers('last-event-id') after: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.tasks.find(caller, id, 'workloads:logs');
    const options = { clock: this.clock, until: caller.tokenExpiresAt };
    await sendEventStream(reply, (signal) => this.whileValid(caller, this.logs.follow(id, after, signal)), options);
  }

  /** Ends when the caller's session is revoked. */
  private async *whileValid(caller: Caller, events: AsyncIterable<StreamEvent>): AsyncIterable<StreamEvent> {
    for await (const event of events) {
      if (!(await this.access.isStillValid(caller))) return;
      yield event;
    }
  }
}
