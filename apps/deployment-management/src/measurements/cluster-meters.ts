import type { ReconcileContext } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import type { ClusterPointer } from '../clusters/cluster.js';
import { Egress } from './egress.js';
import { Measurements } from './measurements.js';

/** All that is measured on a cluster: what its instances use, and what leaves for visitors. */
@Injectable()
export class ClusterMeters {
  constructor(
    private readonly measurements: Measurements,
    private readonly egress: Egress,
  ) {}

  /** One look. `cluster` undefined: it is gone, and what was seen of it is told. */
  async look(clusterId: string, cluster: ClusterPointer | undefined, context: ReconcileContext): Promise<void> {
    const isGone = cluster === undefined;
    if (cluster) await this.measurements.take(cluster, context);
    await this.measurements.tell(clusterId, isGone, context);
    // Hours that are over are told before what is seen now is added to them.
    await this.egress.tell(clusterId, isGone, context);
    if (cluster) await this.egress.take(cluster, context);
  }
}
