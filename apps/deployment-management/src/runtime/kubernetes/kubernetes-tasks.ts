import type { DesiredTask, ObservedTask } from '@berth/contracts/runtime';
import {
  type Cluster,
  isolationManifests,
  type KubeClient,
  type KubeObject,
  labelNames,
  stamped,
  taskManifests,
} from '@berth/kubernetes';
import type { ClusterSettings } from '@berth/kubernetes';
import type { Job, Pod } from './cluster-objects.js';
import type { Priorities } from './priorities.js';
import { refusalOfPods } from './refused-pods.js';
import { taskIn } from './task-observation.js';

/** Tasks as Jobs. A Job that is there is never made again, so nothing is started twice. */
export class KubernetesTasks {
  constructor(
    private readonly client: KubeClient,
    private readonly cluster: Cluster,
    private readonly settings: () => ClusterSettings,
    private readonly priorities: Priorities,
  ) {}

  async start(task: DesiredTask, signal: AbortSignal): Promise<void> {
    if (this.objectsOf(task.workloadId, task.taskId).jobs.length > 0) return;
    const walls = isolationManifests({ ...task, quota: null, internet: true }, this.settings());
    await this.priorities.ensure(task, signal);
    const settings = { ...this.settings(), hasPriorities: this.priorities.isThere(task) };
    for (const manifest of [...walls, ...taskManifests(task, settings)].map(stamped))
      await this.cluster.ensure(manifest, signal);
  }

  async observe(workloadId: string, taskId: string, signal: AbortSignal): Promise<ObservedTask | null> {
    const { jobs, pods, configs, policies } = this.objectsOf(workloadId, taskId);
    const [job] = jobs;
    if (job) {
      const seen = taskIn(taskId, job, pods);
      if (pods.length > 0 || seen.state !== 'starting') return seen;
      return { ...seen, trouble: await refusalOfPods(this.client, job, signal) };
    }
    // What is left of it is still on its way out.
    const isLeaving = pods.length + configs.length + policies.length > 0;
    return isLeaving ? { taskId, state: 'lost', instance: null, startedAt: null, exit: null, trouble: null } : null;
  }

  async end(workloadId: string, taskId: string, signal: AbortSignal): Promise<void> {
    const { jobs, configs, policies } = this.objectsOf(workloadId, taskId);
    for (const object of [...jobs, ...configs, ...policies]) await this.cluster.delete(object, signal);
  }

  private objectsOf(workloadId: string, taskId: string) {
    const isOfTask = ({ metadata }: KubeObject): boolean => metadata.labels?.[labelNames.task] === taskId;
    return {
      jobs: this.cluster.of<Job>('job', workloadId).filter(isOfTask),
      pods: this.cluster.of<Pod>('pod', workloadId).filter(isOfTask),
      configs: this.cluster.of('secret', workloadId).filter(isOfTask),
      policies: this.cluster.of('networkPolicy', workloadId).filter(isOfTask),
    };
  }
}
