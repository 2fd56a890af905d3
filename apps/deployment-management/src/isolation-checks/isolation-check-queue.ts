/** The queue in which each isolation check is brought to its end, and taken away. */
export const ISOLATION_CHECKS = 'isolation-checks';
