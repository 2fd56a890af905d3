/** The queue in which each cluster is asked, again and again, what its instances use. */
export const MEASUREMENTS = 'measurements';
