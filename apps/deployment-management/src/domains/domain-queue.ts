/** The queue in which each domain is proven, watched, and let go. */
export const DOMAINS = 'domains';
