/** The queue in which one reconciler moves each workload, its deployments and its tasks. */
export const WORKLOADS = 'workloads';
