import type { Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { CreateDelegation, Delegation } from '@berth/contracts/deployment';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { DeclarationsRepository } from '../declarations/declarations.repository.js';
import { notFound } from '../not-found.js';
import { ProjectsService } from '../projects/projects.service.js';
import { DelegatedClusters } from './delegated-clusters.js';
import { DelegationMarks } from './delegation-marks.js';
import { type DelegationRow, toDelegation } from './delegation.js';
import { delegationErrors } from './delegations.errors.js';
import { DelegationsRepository } from './delegations.repository.js';

/** Which namespaces of which clusters speak in a project, each for the service account that asked for it. */
@Injectable()
export class DelegationsService {
  constructor(
    private readonly database: Database,
    private readonly delegations: DelegationsRepository,
    private readonly declarations: DeclarationsRepository,
    private readonly projects: ProjectsService,
    private readonly clusters: DelegatedClusters,
    private readonly marks: DelegationMarks,
  ) {}

  /** It speaks for the caller, so that nobody gives away what somebody else has. @throws 422 to a person */
  async create(caller: Caller, projectId: string, body: CreateDelegation): Promise<Delegation> {
    const project = await this.projects.get(caller, projectId, 'apps:create');
    const endsAt = this.marks.endOf(caller);
    return this.database.transaction(async (tx) => {
      await this.projects.hold(tx, projectId);
      const { id: clusterId } = await this.clusters.hold(tx, body.cluster);
      const row = this.marks.rowOf(caller, endsAt, project, { ...body, clusterId });
      await this.delegations.deleteOver(tx, row, row.createdAt);
      if (!(await this.delegations.insert(tx, row))) {
        const detail = `The namespace ${body.namespace} speaks in this project already.`;
        throw delegationErrors.DelegationExists(detail, { pointer: '/namespace' });
      }
      await this.wake(tx, row);
      await this.marks.act(tx, caller, row, 'delegations:create');
      return toDelegation(row);
    });
  }

  async list(caller: Caller, projectId: string, query: PageQuery): Promise<Page<Delegation>> {
    await this.projects.get(caller, projectId, 'apps:read');
    const page = toPage(
      await this.delegations.list(this.database.confined, projectId, query),
      query.limit,
      ({ id }) => id,
    );
    return { ...page, items: page.items.map(toDelegation) };
  }

  async get(caller: Caller, projectId: string, id: string): Promise<Delegation> {
    await this.projects.get(caller, projectId, 'apps:read');
    return toDelegation(await this.require(projectId, id));
  }

  /** What was declared stays; its objects say from then on that they are not heard. */
  async remove(caller: Caller, projectId: string, id: string): Promise<void> {
    await this.projects.get(caller, projectId, 'apps:update');
    const row = await this.require(projectId, id);
    await this.database.transaction(async (tx) => {
      await this.wake(tx, row);
      if (!(await this.delegations.delete(tx, id))) throw notFound();
      await this.marks.act(tx, caller, row, 'delegations:delete');
    });
  }

  /** Those that were made with the token speak no more, and their objects say so. */
  async revoke(tx: Tx, sessionId: string, at: string): Promise<void> {
    for (const place of await this.delegations.revoke(tx, sessionId, at)) await this.wake(tx, place);
  }

  private async wake(tx: Tx, { clusterId, namespace }: Pick<DelegationRow, 'clusterId' | 'namespace'>): Promise<void> {
    await this.marks.wake(tx, await this.declarations.keysIn(tx, clusterId, namespace));
  }

  private async require(projectId: string, id: string): Promise<DelegationRow> {
    const row = await this.delegations.find(this.database, projectId, id);
    if (!row) throw notFound();
    return row;
  }
}
