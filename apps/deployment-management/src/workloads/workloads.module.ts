import { Module } from '@nestjs/common';
import { Allocations } from '../allocations/allocations.js';
import { RestoredWorkloads } from './restored-workloads.js';
import { AllocationSnapshots } from '../allocations/allocation-snapshots.js';
import { OnAllocationSnapshotRequestedHandler } from '../allocations/on-allocation-snapshot-requested.handler.js';
import { AppsModule } from '../apps/apps.module.js';
import { ClustersStoreModule } from '../clusters/clusters-store.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { ConfigChanges } from '../config/config-changes.js';
import { ConfigController } from '../config/config.controller.js';
import { ConfigService } from '../config/config.service.js';
import { FileChanges } from '../config/file-changes.js';
import { EffectiveConfigs } from '../config/effective-configs.js';
import { ConfigWriter } from '../config/config-writer.js';
import { ConfigVersionsRepository } from '../config/config-versions.repository.js';
import { BuildProgress } from '../deployments/build-progress.js';
import { Canceller } from '../deployments/canceller.js';
import { DeploymentAnswers } from '../deployments/deployment-answers.js';
import { DeploymentRequests } from '../deployments/deployment-requests.js';
import { DeploymentStarter } from '../deployments/deployment-starter.js';
import { DeploymentsController } from '../deployments/deployments.controller.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { DryRuns } from '../deployments/dry-runs.js';
import { ForeseenFailures } from '../deployments/foreseen-failures.js';
import { OnBuildFailedHandler } from '../deployments/on-build-failed.handler.js';
import { OnBuildStartedHandler } from '../deployments/on-build-started.handler.js';
import { OnBuildSucceededHandler } from '../deployments/on-build-succeeded.handler.js';
import { Sources } from '../deployments/sources.js';
import { Transitions } from '../deployments/transitions.js';
import { DomainChanges } from '../domains/domain-changes.js';
import { DomainClaims } from '../domains/domain-claims.js';
import { DomainLoop } from '../domains/domain-loop.js';
import { DomainProofs } from '../domains/domain-proofs.js';
import { DomainRoutes } from '../domains/domain-routes.js';
import { DomainSnapshots } from '../domains/domain-snapshots.js';
import { DomainsController } from '../domains/domains.controller.js';
import { DomainsRepository } from '../domains/domains.repository.js';
import { DomainsService } from '../domains/domains.service.js';
import { TxtRecords } from '../domains/txt-records.js';
import { DnsWakesModule } from '../dns-zones/dns-wakes.module.js';
import { EnvironmentsModule } from '../environments/environments.module.js';
import { FailoverLoop } from '../failovers/failover-loop.js';
import { FailoverDepartures } from '../failovers/failover-departures.js';
import { FailoverStarter } from '../failovers/failover-starter.js';
import { FailoverWays } from '../failovers/failover-ways.js';
import { FailoversController } from '../failovers/failovers.controller.js';
import { FailoversService } from '../failovers/failovers.service.js';
import { Instances } from '../instances/instances.js';
import { InstancesController } from '../instances/instances.controller.js';
import { Sessions } from '../instances/sessions.js';
import { SessionsController } from '../instances/sessions.controller.js';
import { MeasurementLoop } from '../measurements/measurement-loop.js';
import { ClusterMeters } from '../measurements/cluster-meters.js';
import { Egress } from '../measurements/egress.js';
import { EgressRepository } from '../measurements/egress.repository.js';
import { Measurements } from '../measurements/measurements.js';
import { MeasurementsRepository } from '../measurements/measurements.repository.js';
import { BudgetStops } from '../budget-stops/budget-stops.js';
import { OnBudgetClearedHandler } from '../budget-stops/on-budget-cleared.handler.js';
import { OnBudgetExhaustedHandler } from '../budget-stops/on-budget-exhausted.handler.js';
import { OnOrganizationDeletedHandler } from '../organizations/on-organization-deleted.handler.js';
import { OnOrganizationResumedHandler } from '../organizations/on-organization-resumed.handler.js';
import { OnOrganizationSnapshotHandler } from '../organizations/on-organization-snapshot.handler.js';
import { OnOrganizationSuspendedHandler } from '../organizations/on-organization-suspended.handler.js';
import { OrganizationEnd } from '../organizations/organization-end.js';
import { OrganizationWorkloads } from '../organizations/organization-workloads.js';
import { LinksController } from '../links/links.controller.js';
import { LinksRepository } from '../links/links.repository.js';
import { LinksService } from '../links/links.service.js';
import { PatchTrials } from '../patches/patch-trials.js';
import { PatchesController } from '../patches/patches.controller.js';
import { PatchesService } from '../patches/patches.service.js';
import { ProtectionsController } from '../protections/protections.controller.js';
import { ProtectionsService } from '../protections/protections.service.js';
import { PullCredentialMarks } from '../pull-credentials/pull-credential-marks.js';
import { PullCredentialsController } from '../pull-credentials/pull-credentials.controller.js';
import { PullCredentialsRepository } from '../pull-credentials/pull-credentials.repository.js';
import { PullCredentialsService } from '../pull-credentials/pull-credentials.service.js';
import { RegistryLogins } from '../pull-credentials/registry-logins.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { ImageDigests } from '../registries/image-digests.js';
import { ReleaseConfigs } from '../releases/release-configs.js';
import { ReleaseHistory } from '../releases/release-history.js';
import { ReleaseMaker } from '../releases/release-maker.js';
import { ReleasesController } from '../releases/releases.controller.js';
import { Rollbacks } from '../releases/rollbacks.js';
import { Canaries } from '../canaries/canaries.js';
import { CanarySteps } from '../canaries/canary-steps.js';
import { Unpromoted } from '../canaries/unpromoted.js';
import { Promotions } from '../canaries/promotions.js';
import { ReleasePlans } from '../strategies/release-plans.js';
import { Strategies } from '../strategies/strategies.js';
import { WorkloadUpdates } from './workload-updates.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { RuntimeConfirmations } from '../runtime/runtime-confirmations.js';
import { ClusterWatch } from '../runtime/cluster-watch.js';
import { RuntimeWatcher } from '../runtime/runtime-watcher.js';
import { RuntimesModule } from '../runtime/runtimes.module.js';
import { ScheduleLoop } from '../schedules/schedule-loop.js';
import { ScheduleTimes } from '../schedules/schedule-times.js';
import { SchedulesController } from '../schedules/schedules.controller.js';
import { SchedulesRepository } from '../schedules/schedules.repository.js';
import { SchedulesService } from '../schedules/schedules.service.js';
import { SecretRevocations } from '../secrets/secret-revocations.js';
import { SecretStore } from '../secrets/secret-store.js';
import { ConfigScopesRepository } from '../scopes/config-scopes.repository.js';
import { ScopeAccess } from '../scopes/scope-access.js';
import { ScopeChanges } from '../scopes/scope-changes.js';
import { ScopeReleases } from '../scopes/scope-releases.js';
import { ScopeRevocations } from '../scopes/scope-revocations.js';
import { ScopeWrites } from '../scopes/scope-writes.js';
import { ScopesController } from '../scopes/scopes.controller.js';
import { ScopesService } from '../scopes/scopes.service.js';
import { SleepChanges } from '../sleep/sleep-changes.js';
import { SleepLoop } from '../sleep/sleep-loop.js';
import { SleepController } from '../sleep/sleep.controller.js';
import { SleepRepository } from '../sleep/sleep.repository.js';
import { SleepService } from '../sleep/sleep.service.js';
import { ReleaseCommands } from '../tasks/release-commands.js';
import { EnvironmentRollbacks } from '../snapshots/environment-rollbacks.js';
import { RollbackPlans } from '../snapshots/rollback-plans.js';
import { RollbackStarter } from '../snapshots/rollback-starter.js';
import { SnapshotsController } from '../snapshots/snapshots.controller.js';
import { SnapshotsRepository } from '../snapshots/snapshots.repository.js';
import { SnapshotsService } from '../snapshots/snapshots.service.js';
import { TaskChanges } from '../tasks/task-changes.js';
import { TaskEndings } from '../tasks/task-endings.js';
import { TaskLogs } from '../tasks/task-logs.js';
import { TaskOutput } from '../tasks/task-output.js';
import { TaskRecords } from '../tasks/task-records.js';
import { TaskRuns } from '../tasks/task-runs.js';
import { TaskStarter } from '../tasks/task-starter.js';
import { TaskUsage } from '../tasks/task-usage.js';
import { TasksController } from '../tasks/tasks.controller.js';
import { TasksService } from '../tasks/tasks.service.js';
import { TasksRepository } from '../tasks/tasks.repository.js';
import { Resizes } from '../vertical/resizes.js';
import { Sizings } from '../vertical/sizings.js';
import { VerticalChanges } from '../vertical/vertical-changes.js';
import { VerticalController } from '../vertical/vertical.controller.js';
import { VerticalLooks } from '../vertical/vertical-looks.js';
import { VerticalLoop } from '../vertical/vertical-loop.js';
import { VerticalRepository } from '../vertical/vertical.repository.js';
import { VerticalService } from '../vertical/vertical.service.js';
import { VolumeChanges } from '../volumes/volume-changes.js';
import { VolumeRoom } from '../volumes/volume-room.js';
import { VolumeRules } from '../volumes/volume-rules.js';
import { VolumeUsage } from '../volumes/volume-usage.js';
import { VolumesController } from '../volumes/volumes.controller.js';
import { VolumesRepository } from '../volumes/volumes.repository.js';
import { VolumesService } from '../volumes/volumes.service.js';
import { Autoscaling } from './autoscaling.js';
import { ComputeRoom } from './compute-room.js';
import { DeploymentSteps } from './deployment-steps.js';
import { Destinations } from './destinations.js';
import { Arrivals } from './arrivals.js';
import { EnvironmentMoves } from './environment-moves.js';
import { MoveWriter } from './move-writer.js';
import { Moves } from './moves.js';
import { MovesController } from './moves.controller.js';
import { FurtherPlacements } from './further-placements.js';
import { FurtherRules } from './further-rules.js';
import { PlacementChanges } from './placement-changes.js';
import { PlacementWriter } from './placement-writer.js';
import { PlacementsController } from './placements.controller.js';
import { PlacementReports } from './placement-reports.js';
import { Successions } from './successions.js';
import { Preparation } from './preparation.js';
import { Relocation } from './relocation.js';
import { RelocationSteps } from './relocation-steps.js';
import { Rollouts } from './rollouts.js';
import { RuntimeState } from './runtime-state.js';
import { Scaling } from './scaling.js';
import { SizeReleases } from './size-releases.js';
import { TagResolution } from './tag-resolution.js';
import { Witness } from './witness.js';
import { WorkloadAccess } from './workload-access.js';
import { WorkloadActions } from './workload-actions.js';
import { WorkloadDeadlines } from './workload-deadlines.js';
import { WorkloadEnd } from './workload-end.js';
import { WorkloadFarewell } from './workload-farewell.js';
import { WorkloadKeys } from './workload-keys.js';
import { WorkloadLoop } from './workload-loop.js';
import { WorkloadParents } from './workload-parents.js';
import { WorkloadReconciler } from './workload.reconciler.js';
import { WorkloadRemoval } from './workload-removal.js';
import { WorkloadReports } from './workload-reports.js';
import { WorkloadViews } from './workload-views.js';
import { WorkloadWriter } from './workload-writer.js';
import { WorkloadsController } from './workloads.controller.js';
import { WorkloadsRepository } from './workloads.repository.js';
import { WorkloadsService } from './workloads.service.js';

const workloads = [
  Moves,
  EnvironmentMoves,
  Destinations,
  Arrivals,
  MoveWriter,
  PlacementChanges,
  PlacementWriter,
  FurtherRules,
  Successions,
  WorkloadsRepository,
  WorkloadsService,
  WorkloadAccess,
  WorkloadActions,
  WorkloadParents,
  WorkloadWriter,
  WorkloadRemoval,
  Scaling,
  SizeReleases,
  Autoscaling,
  ComputeRoom,
  PatchTrials,
  PatchesService,
  ProtectionsService,
];
const reconciliation = [
  WorkloadLoop,
  WorkloadDeadlines,
  Relocation,
  RelocationSteps,
  FurtherPlacements,
  WorkloadReconciler,
  WorkloadViews,
  WorkloadReports,
  PlacementReports,
  WorkloadKeys,
  WorkloadEnd,
  WorkloadFarewell,
  OrganizationEnd,
  OrganizationWorkloads,
  BudgetStops,
  Preparation,
  TagResolution,
  ImageDigests,
  Rollouts,
  RuntimeState,
  Witness,
  DeploymentSteps,
  RuntimeWatcher,
  ClusterWatch,
  RuntimeConfirmations,
  Allocations,
  AllocationSnapshots,
  RestoredWorkloads,
];
const deployments = [
  DeploymentsRepository,
  DeploymentsService,
  DeploymentRequests,
  DeploymentStarter,
  DeploymentAnswers,
  Transitions,
  Canceller,
  Sources,
  DryRuns,
  ForeseenFailures,
  BuildProgress,
];
const tasks = [
  TasksRepository,
  TasksService,
  TaskStarter,
  TaskLogs,
  TaskOutput,
  TaskUsage,
  TaskChanges,
  TaskEndings,
  TaskRecords,
  TaskRuns,
  ReleaseCommands,
];
const schedules = [SchedulesRepository, SchedulesService, ScheduleTimes, ScheduleLoop];
const volumes = [VolumesRepository, VolumesService, VolumeChanges, VolumeRules, VolumeRoom, VolumeUsage];
const domains = [
  ...[DomainsRepository, DomainsService, DomainClaims, DomainChanges, DomainSnapshots],
  ...[DomainLoop, DomainProofs, DomainRoutes, TxtRecords],
];
const pulling = [PullCredentialsRepository, PullCredentialsService, PullCredentialMarks, RegistryLogins];
const sleep = [SleepRepository, SleepService, SleepChanges, SleepLoop];
const failovers = [FailoversService, FailoverLoop, FailoverStarter, FailoverWays, FailoverDepartures];
const snapshots = [SnapshotsRepository, SnapshotsService, RollbackPlans, RollbackStarter, EnvironmentRollbacks];
const vertical = [VerticalRepository, VerticalService, VerticalLoop, VerticalLooks, VerticalChanges, Resizes, Sizings];
const measurements = [Measurements, MeasurementsRepository, Egress, EgressRepository, ClusterMeters, MeasurementLoop];
const canaries = [Canaries, CanarySteps, Promotions, Unpromoted, Strategies, ReleasePlans, WorkloadUpdates];
const scopes = [
  ConfigScopesRepository,
  ScopesService,
  ScopeAccess,
  ScopeWrites,
  ScopeChanges,
  ScopeReleases,
  ScopeRevocations,
];
const releases = [
  ReleasesRepository,
  ReleaseMaker,
  Rollbacks,
  ReleaseHistory,
  ReleaseConfigs,
  ConfigVersionsRepository,
  ConfigWriter,
  EffectiveConfigs,
  FileChanges,
  ConfigService,
  ConfigChanges,
  LinksRepository,
  LinksService,
  SecretStore,
  SecretRevocations,
];

/** A workload and its history are one aggregate: config, releases, deployments and instances change under its lock. */
@Module({
  imports: [
    ChangesModule,
    DnsWakesModule,
    RuntimesModule,
    ClustersStoreModule,
    QuotasModule,
    ProjectsModule,
    EnvironmentsModule,
    AppsModule,
  ],
  controllers: [
    WorkloadsController,
    MovesController,
    PlacementsController,
    PatchesController,
    ProtectionsController,
    VerticalController,
    DeploymentsController,
    ReleasesController,
    ConfigController,
    ScopesController,
    LinksController,
    InstancesController,
    SessionsController,
    TasksController,
    SchedulesController,
    VolumesController,
    DomainsController,
    SleepController,
    FailoversController,
    SnapshotsController,
    PullCredentialsController,
    OnBuildStartedHandler,
    OnBuildSucceededHandler,
    OnBuildFailedHandler,
    OnAllocationSnapshotRequestedHandler,
    OnBudgetExhaustedHandler,
    OnBudgetClearedHandler,
    OnOrganizationSnapshotHandler,
    OnOrganizationSuspendedHandler,
    OnOrganizationResumedHandler,
    OnOrganizationDeletedHandler,
  ],
  providers: [
    ...workloads,
    ...reconciliation,
    ...deployments,
    ...releases,
    ...scopes,
    ...canaries,
    ...snapshots,
    ...volumes,
    ...domains,
    ...tasks,
    ...schedules,
    ...sleep,
    ...failovers,
    ...pulling,
    ...measurements,
    ...vertical,
    Instances,
    Sessions,
  ],
  exports: [
    ...[WorkloadsService, WorkloadActions, WorkloadUpdates, WorkloadAccess, DeploymentRequests],
    ...[ConfigService, ConfigVersionsRepository, WorkloadsRepository],
    // What is declared in clusters goes through them, too.
    ...[ProtectionsService, LinksService, SchedulesService, SchedulesRepository, SleepService, SleepRepository],
    ...[VolumesService, VolumesRepository, DomainsService, DomainsRepository, PatchesService],
  ],
})
export class WorkloadsModule {}
