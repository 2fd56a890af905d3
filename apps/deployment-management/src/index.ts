import { accessEntities, accessMigrations } from '@berth/access';
import { connectEvents, eventingEntities, eventingMigrations } from '@berth/eventing';
import { reconcileEntities, reconcileMigrations } from '@berth/reconcile';
import type { ServiceDefinition } from '@berth/service-kit';
import { AppModule } from './app.module.js';
import { type Config, config } from './config.js';
import { Autoscaling1763800000110 } from './database/migrations/autoscaling.migration.js';
import { BudgetStops1763800000120 } from './database/migrations/budget-stops.migration.js';
import { Clusters1763800000100 } from './database/migrations/clusters.migration.js';
import { ConfirmedPlacements1763800000460 } from './database/migrations/confirmed-placements.migration.js';
import { CurrentConfig1763800000000 } from './database/migrations/current-config.migration.js';
import { Declarations1763800000390 } from './database/migrations/declarations.migration.js';
import { DelegationEnds1763800000400 } from './database/migrations/delegation-ends.migration.js';
import { Egress1763800000410 } from './database/migrations/egress.migration.js';
import { EgressEpochs1763800000440 } from './database/migrations/egress-epochs.migration.js';
import { ConfigFiles1763800000590 } from './database/migrations/config-files.migration.js';
import { DnsZones1763800000600 } from './database/migrations/dns-zones.migration.js';
import { DomainAttachments1763800000560 } from './database/migrations/domain-attachments.migration.js';
import { DomainPaths1763800000480 } from './database/migrations/domain-paths.migration.js';
import { Domains1763800000470 } from './database/migrations/domains.migration.js';
import { EnvironmentSleep1763800000250 } from './database/migrations/environment-sleep.migration.js';
import { EnvironmentEnds1763800000130 } from './database/migrations/environment-ends.migration.js';
import { ImageTags1763800000290 } from './database/migrations/image-tags.migration.js';
import { ConfigScopes1763800000500 } from './database/migrations/config-scopes.migration.js';
import { Initial1763700000000 } from './database/migrations/initial.migration.js';
import { IsolationChecks1763800000260 } from './database/migrations/isolation-checks.migration.js';
import { MeasuredUse1763800000340 } from './database/migrations/measured-use.migration.js';
import { Labels1763800000350 } from './database/migrations/labels.migration.js';
import { Moves1763800000240 } from './database/migrations/moves.migration.js';
import { Protections1763800000580 } from './database/migrations/protections.migration.js';
import { PullCredentials1763800000280 } from './database/migrations/pull-credentials.migration.js';
import { Quotas1763800000010 } from './database/migrations/quotas.migration.js';
import { ReleaseExpiry1763800000060 } from './database/migrations/release-expiry.migration.js';
import { RowSecurity1763800000610 } from './database/migrations/row-security.migration.js';
import { HeldCompute1763800000630 } from './database/migrations/held-compute.migration.js';
import { RowSecurityOfParts1763800000620 } from './database/migrations/row-security-of-parts.migration.js';
import { PartChanges1763800000640 } from './database/migrations/part-changes.migration.js';
import { RuntimeWatch1763800000030 } from './database/migrations/runtime-watch.migration.js';
import { TaskRuns1763800000200 } from './database/migrations/task-runs.migration.js';
import { Tasks1763800000080 } from './database/migrations/tasks.migration.js';
import { Schedules1763800000210 } from './database/migrations/schedules.migration.js';
import { Vertical1763800000420 } from './database/migrations/vertical.migration.js';
import { RegistryPace1763800000430 } from './database/migrations/registry-pace.migration.js';
import { Volumes1763800000230 } from './database/migrations/volumes.migration.js';
import { Canaries1763800000360 } from './database/migrations/canaries.migration.js';
import { Failovers1763800000370 } from './database/migrations/failovers.migration.js';
import { FurtherPlacements1763800000450 } from './database/migrations/further-placements.migration.js';
import { SnapshotEnds1763800000320 } from './database/migrations/snapshot-ends.migration.js';
import { Snapshots1763800000270 } from './database/migrations/snapshots.migration.js';
import { Seen1763800000040 } from './database/migrations/seen.migration.js';
import { WaitingPlacements1763800000530 } from './database/migrations/waiting-placements.migration.js';

/** Projects, environments, apps, workloads, releases, deployments: what runs, and how it came to. */
export const deploymentManagement: ServiceDefinition<Config> = {
  name: 'deployment-management',
  config,
  entities: [...eventingEntities, ...reconcileEntities, ...accessEntities],
  migrations: [
    ...eventingMigrations,
    ...reconcileMigrations,
    ...accessMigrations,
    Initial1763700000000,
    CurrentConfig1763800000000,
    Quotas1763800000010,
    RuntimeWatch1763800000030,
    Seen1763800000040,
    ReleaseExpiry1763800000060,
    Tasks1763800000080,
    Clusters1763800000100,
    EnvironmentEnds1763800000130,
    Autoscaling1763800000110,
    BudgetStops1763800000120,
    TaskRuns1763800000200,
    Schedules1763800000210,
    Volumes1763800000230,
    Moves1763800000240,
    EnvironmentSleep1763800000250,
    IsolationChecks1763800000260,
    Snapshots1763800000270,
    PullCredentials1763800000280,
    ImageTags1763800000290,
    SnapshotEnds1763800000320,
    MeasuredUse1763800000340,
    Labels1763800000350,
    Canaries1763800000360,
    Failovers1763800000370,
    Declarations1763800000390,
    DelegationEnds1763800000400,
    Egress1763800000410,
    Vertical1763800000420,
    RegistryPace1763800000430,
    EgressEpochs1763800000440,
    FurtherPlacements1763800000450,
    ConfirmedPlacements1763800000460,
    ConfigScopes1763800000500,
    WaitingPlacements1763800000530,
    Domains1763800000470,
    DomainPaths1763800000480,
    DomainAttachments1763800000560,
    Protections1763800000580,
    ConfigFiles1763800000590,
    DnsZones1763800000600,
    RowSecurity1763800000610,
    RowSecurityOfParts1763800000620,
    HeldCompute1763800000630,
    PartChanges1763800000640,
  ],
  module: (parsed) => AppModule.with(parsed),
  connect: connectEvents,
};

export type { Behaviour } from './runtime/memory/behaviour.js';
export { ClusterRuntimes } from './runtime/cluster-runtimes.js';
export { MemoryRuntime } from './runtime/memory/memory-runtime.js';
export { ProcessRuntime } from './runtime/process/process-runtime.js';
export { type Runtime, RUNTIME, RuntimeUnavailable } from './runtime/runtime.js';
