import type { Page } from '@berth/contracts/common';
import type { Deployment, DeploymentQuery, TimelineEntry } from '@berth/contracts/deployment';
import { Clock, CONFIG, toPage, type ConfinedSql, type Sql } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { toProgress } from '../canaries/canary.js';
import type { Config } from '../config.js';
import { type DeploymentRow, durationsOf } from './deployment.js';
import { DeploymentsRepository } from './deployments.repository.js';

/** Completes stored deployments to what the API answers: timeline, durations, URL. */
@Injectable()
export class DeploymentAnswers {
  constructor(
    private readonly deployments: DeploymentsRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async one(sql: Sql, row: DeploymentRow, host: string): Promise<Deployment> {
    const timelines = await this.deployments.timelines(sql, [row.id]);
    return this.complete(row, timelines.get(row.id) ?? [], host);
  }

  async page(sql: ConfinedSql, query: DeploymentQuery, host: string): Promise<Page<Deployment>> {
    const { items, next } = toPage(await this.deployments.list(sql, query), query.limit, (row) => String(row.number));
    const timelines = await this.deployments.timelines(
      sql,
      items.map((row) => row.id),
    );
    return { items: items.map((row) => this.complete(row, timelines.get(row.id) ?? [], host)), next };
  }

  private complete(row: DeploymentRow, timeline: TimelineEntry[], host: string): Deployment {
    const { buildResult, createdAt, endedAt, releaseId: _releaseId, base: _base, seen: _seen, ...rest } = row;
    return {
      ...rest,
      canary: rest.canary && toProgress(rest.canary),
      commit: buildResult?.commit ?? null,
      artifactReused: buildResult?.reused ?? null,
      url: this.config.APP_URL_TEMPLATE.replace('{host}', host),
      createdAt: createdAt.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
      timeline,
      durations: durationsOf(timeline, endedAt ?? this.clock.now()),
    };
  }
}
