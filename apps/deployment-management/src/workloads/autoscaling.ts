import type { AutoscalingBounds, ScaleWorkload } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import { Runtimes } from '../runtime/runtimes.js';
import { workloadErrors } from './workloads.errors.js';

/** Whether the number of instances can be left to the runtime of a workload. */
@Injectable()
export class Autoscaling {
  constructor(private readonly runtimes: Runtimes) {}

  /** @throws 422 when bounds are given and the runtime chooses no number itself */
  async require(workloadId: string, { autoscaling }: Pick<ScaleWorkload, 'autoscaling'>): Promise<void> {
    const [type] = Object.keys(autoscaling);
    if (type === undefined || (await this.runtimes.of(workloadId)).autoscales) return;
    const detail = 'The runtime of this workload does not scale by itself: give a count.';
    throw workloadErrors.AutoscalingNotSupported(detail, { pointer: `/autoscaling/${type}` });
  }
}

/** The last word counts: a count ends autoscaling, bounds begin it. */
export function boundsAfter(before: AutoscalingBounds, { counts, autoscaling }: ScaleWorkload): AutoscalingBounds {
  const kept = Object.entries(before).filter(([type]) => !(type in counts));
  return { ...Object.fromEntries(kept), ...autoscaling };
}
