import { Module } from '@nestjs/common';
import { AppsModule } from '../apps/apps.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { ClustersStoreModule } from '../clusters/clusters-store.module.js';
import { DelegatedClusters } from '../delegations/delegated-clusters.js';
import { DelegationMarks } from '../delegations/delegation-marks.js';
import { DelegationsController } from '../delegations/delegations.controller.js';
import { DelegationsRepository } from '../delegations/delegations.repository.js';
import { DelegationsService } from '../delegations/delegations.service.js';
import { OnSessionRevokedHandler } from '../delegations/on-session-revoked.handler.js';
import { EnvironmentsModule } from '../environments/environments.module.js';
import { LabelsModule } from '../labels/labels.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { WorkloadsModule } from '../workloads/workloads.module.js';
import { Admission } from './admission.js';
import { AppDeclarations } from './app-declarations.js';
import { Conflicts } from './conflicts.js';
import { CurrentFields } from './current-fields.js';
import { DeclarationClients } from './declaration-clients.js';
import { DeclarationRecords } from './declaration-records.js';
import { DeclarationSweep } from './declaration-sweep.js';
import { DeclarationWatch } from './declaration-watch.js';
import { DeclarationWatcher } from './declaration-watcher.js';
import { DeclarationReconciler } from './declaration.reconciler.js';
import { DeclaredObjects } from './declared-objects.js';
import { Doors } from './doors.js';
import { LabelDeclarations } from './label-declarations.js';
import { EnvironmentDeclarations } from './environment-declarations.js';
import { FollowReports } from './follow-reports.js';
import { EnvironmentParts } from './parts/environment-parts.js';
import { DomainsPart } from './parts/domains-part.js';
import { LinksPart } from './parts/links-part.js';
import { PatchesPart } from './parts/patches-part.js';
import { SchedulesPart } from './parts/schedules-part.js';
import { SleepPart } from './parts/sleep-part.js';
import { VisitorsPart } from './parts/visitors-part.js';
import { VolumesPart } from './parts/volumes-part.js';
import { WorkloadParts } from './parts/workload-parts.js';
import { WorkloadCommands } from './workload-commands.js';
import { WorkloadDeclarations } from './workload-declarations.js';

/** Objects in clusters as a second door to the API, and who may speak through it. */
@Module({
  imports: [
    ...[ChangesModule, ClustersStoreModule, ProjectsModule, EnvironmentsModule, AppsModule, WorkloadsModule],
    LabelsModule,
  ],
  controllers: [DelegationsController, OnSessionRevokedHandler],
  providers: [
    ...[DelegationsService, DelegationsRepository, DelegationMarks, DelegatedClusters],
    ...[DeclarationWatcher, DeclarationWatch, FollowReports, DeclarationSweep, DeclarationReconciler],
    ...[DeclarationRecords, DeclarationClients, DeclaredObjects],
    ...[Admission, Conflicts, Doors, AppDeclarations, EnvironmentDeclarations, WorkloadDeclarations, WorkloadCommands],
    ...[CurrentFields, LabelDeclarations],
    ...[WorkloadParts, VisitorsPart, LinksPart, SchedulesPart, VolumesPart, DomainsPart, PatchesPart],
    ...[EnvironmentParts, SleepPart],
  ],
})
export class DeclarationsModule {}
