/** The queue of workloads whose cluster has not answered for longer than their environment waits. */
export const FAILOVERS = 'failovers';
