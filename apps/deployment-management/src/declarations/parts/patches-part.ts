import type { Caller } from '@berth/access';
import type { PodPatch } from '@berth/contracts/common';
import type { DeclaredWorkload } from '@berth/contracts/deployment';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { PatchesService } from '../../patches/patches.service.js';
import { WorkloadsRepository } from '../../workloads/workloads.repository.js';
import { type DeclaredPart, type Entries, entriesOf, isGone, onlyOf, type StillSo } from '../declared-part.js';

/** What the pods of process types have that no setting says. */
@Injectable()
export class PatchesPart implements DeclaredPart<DeclaredWorkload> {
  readonly name = 'patches';
  readonly reads = 'workloads:read';

  constructor(
    private readonly patches: PatchesService,
    private readonly workloads: WorkloadsRepository,
  ) {}

  stated({ patches }: DeclaredWorkload): Entries | undefined {
    return patches && entriesOf(patches);
  }

  async current(sql: Sql, id: string): Promise<Entries> {
    const { processSettings = {} } = (await this.workloads.find(sql, id)) ?? {};
    const patched = Object.entries(processSettings).filter(([, { patch }]) => patch !== undefined);
    return Object.fromEntries(patched.map(([process, { patch }]) => [process, patch]));
  }

  async change(caller: Caller, id: string, wanted: Entries, stillSo: StillSo): Promise<void> {
    const [process, patch] = onlyOf(wanted);
    if (isGone(patch)) await this.patches.unset(caller, id, process, stillSo);
    else await this.patches.set(caller, id, process, patch as PodPatch, stillSo);
  }
}
