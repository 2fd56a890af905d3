import { userDeactivated } from './user-deactivated.v1.js';
import { userDeleted } from './user-deleted.v1.js';
import { userReactivated } from './user-reactivated.v1.js';
import { userRegistered } from './user-registered.v1.js';
import { sessionRevoked } from './session-revoked.v1.js';
import { organizationCreated } from './organization-created.v1.js';
import { organizationQuotaChanged } from './organization-quota-changed.v1.js';
import { organizationSnapshot } from './organization-snapshot.v1.js';
import { membershipGranted } from './membership-granted.v1.js';
import { membershipChanged } from './membership-changed.v1.js';
import { membershipRevoked } from './membership-revoked.v1.js';
import { groupChanged } from './group-changed.v1.js';
import { groupDeleted } from './group-deleted.v1.js';
import { organizationDeleted } from './organization-deleted.v1.js';
import { organizationResumed } from './organization-resumed.v1.js';
import { organizationSecurityChanged } from './organization-security-changed.v1.js';
import { organizationSuspended } from './organization-suspended.v1.js';
import { roleChanged } from './role-changed.v1.js';
import { roleDefined } from './role-defined.v1.js';
import { roleDeleted } from './role-deleted.v1.js';
import { signingKeyRotated } from './signing-key-rotated.v1.js';
import { accessHeartbeat } from './access-heartbeat.v1.js';
import { projectCreated } from './project-created.v1.js';
import { projectSnapshot } from './project-snapshot.v1.js';
import { projectDeleted } from './project-deleted.v1.js';
import { environmentCreated } from './environment-created.v1.js';
import { environmentSnapshot } from './environment-snapshot.v1.js';
import { environmentDeleted } from './environment-deleted.v1.js';
import { appCreated } from './app-created.v1.js';
import { appSnapshot } from './app-snapshot.v1.js';
import { appLabelled } from './app-labelled.v1.js';
import { environmentLabelled } from './environment-labelled.v1.js';
import { appUpdated } from './app-updated.v1.js';
import { appDeleted } from './app-deleted.v1.js';
import { workloadCreated } from './workload-created.v1.js';
import { workloadUpdated } from './workload-updated.v1.js';
import { workloadDeleted } from './workload-deleted.v1.js';
import { workloadAllocationChanged } from './workload-allocation-changed.v1.js';
import { workloadAllocationSnapshot } from './workload-allocation-snapshot.v1.js';
import { workloadAllocationHeartbeat } from './workload-allocation-heartbeat.v1.js';
import { workloadAllocationSnapshotRequested } from './workload-allocation-snapshot-requested.v1.js';
import { egressMeasured } from './egress-measured.v1.js';
import { workloadUsageMeasured } from './workload-usage-measured.v1.js';
import { releaseCreated } from './release-created.v1.js';
import { releaseExpired } from './release-expired.v1.js';
import { deploymentRequested } from './deployment-requested.v1.js';
import { deploymentPhaseChanged } from './deployment-phase-changed.v1.js';
import { deploymentSucceeded } from './deployment-succeeded.v1.js';
import { deploymentFailed } from './deployment-failed.v1.js';
import { deploymentCancelled } from './deployment-cancelled.v1.js';
import { deploymentSuperseded } from './deployment-superseded.v1.js';
import { taskStarted } from './task-started.v1.js';
import { taskFinished } from './task-finished.v1.js';
import { volumeCreated } from './volume-created.v1.js';
import { volumeDeleted } from './volume-deleted.v1.js';
import { volumeResized } from './volume-resized.v1.js';
import { domainAttached } from './domain-attached.v1.js';
import { domainRemoved } from './domain-removed.v1.js';
import { domainSnapshot } from './domain-snapshot.v1.js';
import { routeReady } from './route-ready.v1.js';
import { routeRemoved } from './route-removed.v1.js';
import { clusterRegistered } from './cluster-registered.v1.js';
import { clusterUnreachable } from './cluster-unreachable.v1.js';
import { clusterRecovered } from './cluster-recovered.v1.js';
import { buildStarted } from './build-started.v1.js';
import { buildSucceeded } from './build-succeeded.v1.js';
import { buildFailed } from './build-failed.v1.js';
import { buildCancelled } from './build-cancelled.v1.js';
import { auditRecorded } from './audit-recorded.v1.js';
import { budgetCleared } from './budget-cleared.v1.js';
import { budgetExhausted } from './budget-exhausted.v1.js';
import { budgetThresholdCrossed } from './budget-threshold-crossed.v1.js';
import { invoiceIssued } from './invoice-issued.v1.js';
import { invoicePaid } from './invoice-paid.v1.js';
import { invoiceVoided } from './invoice-voided.v1.js';
import type { EventDefinition } from './define-event.js';

const definitions: readonly EventDefinition[] = [
  userRegistered,
  userDeactivated,
  userReactivated,
  userDeleted,
  sessionRevoked,
  organizationCreated,
  organizationQuotaChanged,
  organizationSnapshot,
  membershipGranted,
  membershipChanged,
  membershipRevoked,
  groupChanged,
  groupDeleted,
  organizationDeleted,
  organizationResumed,
  organizationSecurityChanged,
  organizationSuspended,
  roleChanged,
  roleDefined,
  roleDeleted,
  signingKeyRotated,
  accessHeartbeat,
  projectCreated,
  projectSnapshot,
  projectDeleted,
  environmentCreated,
  environmentSnapshot,
  environmentLabelled,
  environmentDeleted,
  appCreated,
  appSnapshot,
  appLabelled,
  appUpdated,
  appDeleted,
  workloadCreated,
  workloadUpdated,
  workloadDeleted,
  workloadAllocationChanged,
  workloadAllocationSnapshot,
  workloadAllocationHeartbeat,
  workloadAllocationSnapshotRequested,
  egressMeasured,
  workloadUsageMeasured,
  releaseCreated,
  releaseExpired,
  deploymentRequested,
  deploymentPhaseChanged,
  deploymentSucceeded,
  deploymentFailed,
  deploymentCancelled,
  deploymentSuperseded,
  taskStarted,
  taskFinished,
  volumeCreated,
  volumeResized,
  volumeDeleted,
  domainAttached,
  domainRemoved,
  domainSnapshot,
  routeReady,
  routeRemoved,
  clusterRegistered,
  clusterUnreachable,
  clusterRecovered,
  buildStarted,
  buildSucceeded,
  buildFailed,
  buildCancelled,
  budgetThresholdCrossed,
  budgetExhausted,
  budgetCleared,
  invoiceIssued,
  invoicePaid,
  invoiceVoided,
  auditRecorded,
];

/** Every event type there is, by type. */
export const registry: ReadonlyMap<string, EventDefinition> = new Map(definitions.map((each) => [each.type, each]));
