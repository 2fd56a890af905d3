import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type Environment,
  environment,
  type MoveTo,
  moveTo,
  type Placement,
  placementPage,
} from '@berth/contracts/deployment';
import { Answers, Database } from '@berth/service-kit';
import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { toPlacement } from '../clusters/placement.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { EnvironmentMoves } from './environment-moves.js';
import { Moves } from './moves.js';

@Controller('v1')
export class MovesController {
  constructor(
    private readonly moves: Moves,
    private readonly environments: EnvironmentsService,
    private readonly environmentMoves: EnvironmentMoves,
    private readonly database: Database,
  ) {}

  /** Both clusters serve until the former one has drained. To where it stands: ends a move that is under way. */
  @Post('workloads/:id/move')
  @Requires('workloads:move')
  @Answers(placementPage, 202)
  async moveWorkload(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: moveTo }) body: MoveTo,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<Placement>> {
    const placements = await this.moves.move(caller, id, body);
    void reply.header('location', `/v1/workloads/${id}/placements`);
    return { items: placements.map(toPlacement), next: null };
  }

  /** With all that is in it; new workloads go there at once. */
  @Post('environments/:id/move')
  @Requires('environments:move')
  @Answers(environment, 202)
  async moveEnvironment(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: moveTo }) body: MoveTo,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Environment> {
    await this.environments.get(caller, id, 'environments:move');
    void reply.header('location', `/v1/workloads?environment=${id}`);
    return this.database.transaction((tx) => this.environmentMoves.move(tx, id, body, caller));
  }
}
