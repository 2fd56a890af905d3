import type { AutoscalingBounds, ScaleWorkload } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import { Runtimes } from '../runtime/runtimes.js';
import type { WorkloadRow } from './workload.js';
import { workloadErrors } from './workloads.errors.js';

/** Whether the number of instances can be left to the runtime of a workload. */
@Injectable()
export class Autoscaling {
  constructor(private readonly runtimes: Runtimes) {}

  /** @throws 422 when bounds are given and the runtime chooses no number itself, or not on several clusters or while two releases are whole */
  async require(workload: WorkloadRow, { autoscaling }: Pick<ScaleWorkload, 'autoscaling'>): Promise<void> {
    if (autoscaling['web'] && workload.strategy.kind === 'blue-green')
      throw workloadErrors.AutoscalingNotSupported(NOT_BLUE_GREEN, { pointer: '/autoscaling/web' });
    const [type] = Object.keys(autoscaling);
    if (type === undefined) return;
    if (workload.further.length > 0) {
      const several = 'It stands on several clusters, where it has fixed counts: give a count.';
      throw workloadErrors.AutoscalingNotSupported(several, { pointer: `/autoscaling/${type}` });
    }
    if ((await this.runtimes.of(workload.id)).autoscales) return;
    const detail = 'The runtime of this workload does not scale by itself: give a count.';
    throw workloadErrors.AutoscalingNotSupported(detail, { pointer: `/autoscaling/${type}` });
  }
}

const NOT_BLUE_GREEN =
  'It is released blue-green: a release without requests has to keep all of its instances. Give a count, or release it by rolling.';

/** The last word counts: a count ends autoscaling, bounds begin it. */
export function boundsAfter(before: AutoscalingBounds, { counts, autoscaling }: ScaleWorkload): AutoscalingBounds {
  const kept = Object.entries(before).filter(([type]) => !(type in counts));
  return { ...Object.fromEntries(kept), ...autoscaling };
}
