/** Row of the cluster that the installation was set up with, the same in every database. */
export const OWN_CLUSTER_ID = '00000000-0000-7000-8000-000000000001';
