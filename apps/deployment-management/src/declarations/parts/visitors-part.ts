import type { Caller } from '@berth/access';
import type { ChangeProtection, DeclaredWorkload } from '@berth/contracts/deployment';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { networksOf } from '../../protections/protection.js';
import { ProtectionsService } from '../../protections/protections.service.js';
import { WorkloadsRepository } from '../../workloads/workloads.repository.js';
import { type DeclaredPart, type Entries, isGone, type StillSo } from '../declared-part.js';
import { NOTHING } from '../fields.js';

/** Which networks visitors come from. What cannot be closed is not deployed open. */
@Injectable()
export class VisitorsPart implements DeclaredPart<DeclaredWorkload> {
  readonly name = 'protection';
  readonly reads = 'workloads:read';
  readonly holdsDeployment = true;

  constructor(
    private readonly protections: ProtectionsService,
    private readonly workloads: WorkloadsRepository,
  ) {}

  stated({ protection }: DeclaredWorkload): Entries | undefined {
    return protection && entriesIn(protection);
  }

  async current(sql: Sql, id: string): Promise<Entries> {
    return entriesIn((await this.workloads.find(sql, id))?.protection ?? { allow: [] });
  }

  async change(caller: Caller, id: string, { allow }: Entries, stillSo: StillSo): Promise<void> {
    const body = { allow: isGone(allow) ? [] : allow } as ChangeProtection;
    await this.protections.change(caller, id, body, stillSo);
  }
}

/** A set, whatever order it is written in; an empty one keeps nobody out, as none does. */
const entriesIn = ({ allow }: { readonly allow: readonly string[] }): Entries => ({
  allow: allow.length === 0 ? NOTHING : networksOf(allow).sort(),
});
