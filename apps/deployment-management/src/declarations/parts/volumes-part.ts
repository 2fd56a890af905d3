import type { Caller } from '@berth/access';
import type { CreateVolume, DeclaredWorkload } from '@berth/contracts/deployment';
import { Database, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { VolumeRow } from '../../volumes/volume.js';
import { VolumesRepository } from '../../volumes/volumes.repository.js';
import { VolumesService } from '../../volumes/volumes.service.js';
import { declarationErrors } from '../declarations.errors.js';
import { type DeclaredPart, type Entries, entriesOf, onlyOf, type StillSo } from '../declared-part.js';

type Settings = Omit<CreateVolume, 'workloadId' | 'name'>;

/** Storage, by name. An object makes it and lets it grow; what is in it is deleted through the API alone. */
@Injectable()
export class VolumesPart implements DeclaredPart<DeclaredWorkload> {
  readonly name = 'volumes';
  readonly reads = 'volumes:read';
  /** Without its volume a process writes to a disk that goes with it. */
  readonly holdsDeployment = true;

  constructor(
    private readonly volumes: VolumesService,
    private readonly rows: VolumesRepository,
    private readonly database: Database,
  ) {}

  stated({ volumes }: DeclaredWorkload): Entries | undefined {
    return volumes && entriesOf({ ...volumes, unset: [] });
  }

  async current(sql: Sql, id: string): Promise<Entries> {
    const rows = await this.rows.of(sql, id);
    return Object.fromEntries(rows.filter((row) => !row.isDeleted).map((row) => [row.name, settingsOf(row)]));
  }

  async change(caller: Caller, id: string, wanted: Entries, stillSo: StillSo): Promise<void> {
    const [name, value] = onlyOf(wanted);
    const settings = value as Settings;
    const row = (await this.rows.of(this.database, id)).find((each) => each.name === name && !each.isDeleted);
    if (!row) return void (await this.volumes.create(caller, { workloadId: id, name, ...settings }, stillSo));
    requireOnlySize(settingsOf(row), settings);
    await this.volumes.grow(caller, row.id, settings, '*', stillSo);
  }
}

const settingsOf = ({ process, mountPath, sizeMib, storageClass, isPerInstance }: VolumeRow): Settings => ({
  ...{ process, mountPath, sizeMib, storageClass, isPerInstance },
});

const fixed = ['process', 'mountPath', 'storageClass', 'isPerInstance'] as const;

function requireOnlySize(before: Settings, wanted: Settings): void {
  const other = fixed.find((name) => before[name] !== wanted[name]);
  if (other === undefined) return;
  const detail = 'A volume grows, and stays what else it is. State one of another name, and move what is in it.';
  throw declarationErrors.VolumeFixed(detail, { pointer: `/${other}` });
}
