/** The queue in which each schedule waits for its next time. */
export const SCHEDULES = 'schedules';
