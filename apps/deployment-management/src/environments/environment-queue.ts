/** The queue in which deleted environments are followed to their end. */
export const ENVIRONMENTS = 'environments';
