import type { Tenant } from '../access-matrix/tenant.js';

/** Ids of what a tenant has, by the names under which requests ask for them. */
export function objectsOf({ has, owner, priceBook }: Tenant): Record<string, string> {
  const collections = {
    organizations: has.organization,
    projects: has.project,
    environments: has.environment,
    apps: has.app,
    workloads: has.workload,
    config: has.workload,
    secrets: has.workload,
    deployments: has.deployment,
    builds: has.build,
    releases: has.release,
    invoices: has.invoice,
    memberships: has.membership,
    invitations: has.invitation,
    'identity-providers': has.provider,
    'service-accounts': has.machine,
    'price-books': priceBook,
  };
  const fields = {
    organization: has.organization,
    organizationId: has.organization,
    project: has.project,
    projectId: has.project,
    environment: has.environment,
    environmentId: has.environment,
    app: has.app,
    appId: has.app,
    workload: has.workload,
    workloadId: has.workload,
    deployment: has.deployment,
    uploadId: has.upload,
    userId: owner.id,
    priceBookId: priceBook,
  };
  return { ...collections, ...fields };
}
