import { Snapshots } from '@berth/eventing';
import { Inject, Module } from '@nestjs/common';
import { GroupsModule } from '../groups/groups.module.js';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { OrganizationSnapshots } from './organization-snapshots.js';
import { SigningKeySnapshots } from './signing-key-snapshots.js';
import { SnapshotsController } from './snapshots.controller.js';

@Module({
  imports: [GroupsModule, MembershipsModule, RolesModule, SigningKeysModule],
  controllers: [SnapshotsController],
  providers: [OrganizationSnapshots, SigningKeySnapshots],
})
export class SnapshotsModule {
  constructor(
    @Inject(Snapshots) snapshots: Snapshots,
    @Inject(OrganizationSnapshots) organizations: OrganizationSnapshots,
    @Inject(SigningKeySnapshots) signingKeys: SigningKeySnapshots,
  ) {
    snapshots.register(organizations);
    snapshots.register(signingKeys);
  }
}
