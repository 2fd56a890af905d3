import type { Duplex } from 'node:stream';
import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import { type ExecQuery, execQuery, type ForwardQuery, forwardQuery } from '@berth/contracts/deployment';
import { SESSION_PROTOCOL } from '@berth/contracts/runtime';
import { acceptWebSocket, Clock, requireUpgrade } from '@berth/service-kit';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WorkloadAccess } from '../workloads/workload-access.js';
import { bridge } from './session-bridge.js';
import { Sessions } from './sessions.js';

/** Ways into instances, over WebSockets (subprotocol `v1.session.berth.dev`). What is refused is answered in HTTP. */
@Controller('v1/workloads/:id')
export class SessionsController {
  constructor(
    private readonly workloads: WorkloadAccess,
    private readonly sessions: Sessions,
    private readonly access: Access,
    private readonly clock: Clock,
  ) {}

  /** Runs a command inside an instance. */
  @Get('exec')
  @Requires('workloads:exec')
  async exec(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: execQuery }) query: ExecQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const workload = await this.workloads.require(caller, id, 'workloads:exec');
    requireUpgrade(request);
    await this.serve(caller, id, await this.sessions.exec(caller, workload, query), request, reply);
  }

  /** One connection to a port that an instance listens on. */
  @Get('forward')
  @Requires('workloads:exec')
  async forward(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: forwardQuery }) query: ForwardQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const workload = await this.workloads.require(caller, id, 'workloads:exec');
    requireUpgrade(request);
    await this.serve(caller, id, await this.sessions.forward(caller, workload, query), request, reply);
  }

  private async serve(
    caller: Caller,
    id: string,
    session: Duplex,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const client = await acceptWebSocket(request, reply, SESSION_PROTOCOL);
    const isAllowed = async () => {
      await this.workloads.require(caller, id, 'workloads:exec');
      return this.access.isStillValid(caller);
    };
    await bridge(client, session, this.clock, isAllowed);
  }
}
