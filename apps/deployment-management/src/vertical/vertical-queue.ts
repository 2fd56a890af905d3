/** The queue in which each workload with bounds for its sizes is looked at, again and again. */
export const VERTICAL = 'vertical';
