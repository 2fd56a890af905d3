import type { Caller } from '@berth/access';
import type { DeclaredWorkload } from '@berth/contracts/deployment';
import { Database, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ConfigVersionsRepository } from '../config/config-versions.repository.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadAccess } from '../workloads/workload-access.js';
import { DeclarationsRepository } from './declarations.repository.js';
import { currentOf, partsIn } from './declared-part.js';
import type { Fields } from './fields.js';
import { WorkloadParts } from './parts/workload-parts.js';
import { fieldsOf } from './workload-fields.js';

export interface CurrentState {
  readonly fields: Fields;
  /** Of the last deployment that named what should run; 0: there was none. */
  readonly number: number;
  /** That the variables among the fields are of. */
  readonly configVersion: number;
  /** How often parts in rows of their own were changed. */
  readonly partChanges: number;
}

/** What of a workload can be declared, as it is. `of`: without its parts. */
@Injectable()
export class CurrentFields {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadAccess,
    private readonly configs: ConfigVersionsRepository,
    private readonly declarations: DeclarationsRepository,
    private readonly parts: WorkloadParts,
  ) {}

  async of(row: WorkloadRow, sql: Sql = this.database): Promise<CurrentState> {
    const { source, number } = await this.declarations.lastSource(row.id, sql);
    const { entries, number: configVersion } = await this.configs.current(sql, row.id);
    const partChanges = await this.declarations.partChanges('workload', row.id, sql);
    return { fields: fieldsOf(row, source, entries), number, configVersion, partChanges };
  }

  /** With the parts that are stated. Whether something is as it is stated is for those alone who may read it. @throws 403 */
  async seenBy(caller: Caller, row: WorkloadRow, spec: DeclaredWorkload): Promise<CurrentState> {
    const parts = partsIn(this.parts.all, spec);
    for (const { reads } of parts) await this.workloads.require(caller, row.id, reads);
    if (spec.config) await this.workloads.require(caller, row.id, 'config:read');
    const state = await this.of(row);
    return { ...state, fields: { ...state.fields, ...(await currentOf(parts, this.database, row.id)) } };
  }
}
