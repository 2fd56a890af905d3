import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import { type InstanceList, instanceList, type StatsSample, statsSample } from '@berth/contracts/deployment';
import { type LogQuery, logQuery } from '@berth/contracts/runtime';
import { Answers, Clock, sendEventStream } from '@berth/service-kit';
import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { WorkloadAccess } from '../workloads/workload-access.js';
import { Instances } from './instances.js';

const EVENT_STREAM = 'text/event-stream';

/** What runs now: instances, their logs and their live statistics. Streams are Server-Sent Events when asked for. */
@Controller('v1/workloads/:id')
export class InstancesController {
  constructor(
    private readonly workloads: WorkloadAccess,
    private readonly instances: Instances,
    private readonly access: Access,
    private readonly clock: Clock,
  ) {}

  @Get('instances')
  @Requires('workloads:read')
  @Answers(instanceList)
  async listInstances(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<InstanceList> {
    await this.workloads.require(caller, id, 'workloads:read');
    return this.instances.list(id);
  }

  /** One sample as JSON; with `Accept: text/event-stream` a sample each second. */
  @Get('stats')
  @Requires('workloads:read')
  @Answers(statsSample)
  async getStats(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatsSample | undefined> {
    await this.workloads.require(caller, id, 'workloads:read');
    if (!accept?.includes(EVENT_STREAM)) return this.instances.sample(id);
    const options = { clock: this.clock, until: caller.tokenExpiresAt };
    await sendEventStream(reply, (signal) => this.whileValid(caller, this.instances.samples(id, signal)), options);
    return undefined;
  }

  /** Log lines as Server-Sent Events; ends after the stored lines unless `follow=true`. `Last-Event-ID` resumes. */
  @Get('logs')
  @Requires('workloads:logs')
  async streamLogs(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: logQuery }) query: LogQuery,
    @Headers('last-event-id') after: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.workloads.require(caller, id, 'workloads:logs');
    const options = { clock: this.clock, until: caller.tokenExpiresAt };
    await sendEventStream(
      reply,
      (signal) => this.whileValid(caller, this.instances.logs(id, query, after, signal)),
      options,
    );
  }

  /** Ends when the caller's session is revoked. */
  private async *whileValid<Item>(caller: Caller, items: AsyncIterable<Item>): AsyncIterable<Item> {
    for await (const item of items) {
      if (!(await this.access.isStillValid(caller))) return;
      yield item;
    }
  }
}
