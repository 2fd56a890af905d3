/** The queue in which the records of each zone are made, mended and taken away. */
export const DNS_ZONES = 'dns-zones';
