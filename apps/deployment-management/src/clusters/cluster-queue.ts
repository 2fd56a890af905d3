/** The queue in which each cluster is looked at from time to time. */
export const CLUSTERS = 'clusters';
