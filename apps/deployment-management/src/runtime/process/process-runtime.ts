import type { Duplex } from 'node:stream';
import {
  type DesiredTask,
  type DesiredWorkload,
  type EgressCounts,
  egressCounts,
  type ExecRequest,
  type InstanceStats,
  instanceStats,
  type InstanceTraffic,
  instanceTraffic,
  type LogLine,
  logLine,
  type LogQuery,
  measurement,
  type Measurement,
  observedTask,
  type ObservedTask,
  observedWorkload,
  type ObservedWorkload,
} from '@berth/contracts/runtime';
import { z } from 'zod';
import { type ProbeAnswer, type Runtime, type RuntimeChange, RuntimeUnavailable } from '../runtime.js';
import type { InstanceName } from '../session-runtime.js';
import type { StorageClass } from '../volume-runtime.js';
import { AgentClient } from './agent-client.js';
import { probeRoute } from './probe-route.js';

const statsAnswer = z.array(instanceStats);
const measureAnswer = z.object({ items: z.array(measurement) });
const trafficAnswer = z.array(instanceTraffic);
const change = z.union([z.object({ workloadId: z.string() }), z.object({ resync: z.literal(true) })]);
const CALL_MILLISECONDS = 10_000;

/** Workloads as local processes, run by the agent of this machine behind its Unix socket. */
export class ProcessRuntime implements Runtime {
  readonly artifactKinds = ['slug'] as const;
  readonly canaries = 'counted';
  readonly autoscales = false;
  readonly patches = false;
  readonly volumeKinds = ['single'] as const;
  private readonly agent: AgentClient;

  constructor(
    socketPath: string,
    private readonly routerUrl: string,
  ) {
    this.agent = new AgentClient(socketPath);
  }

  async apply(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    const { status, body } = await this.agent.call('PUT', `/workloads/${desired.workloadId}`, bounded(signal), desired);
    // 409: a newer generation was applied by another replica, which is what we want to be true.
    if (status < 300 || status === 409) return;
    throw new Error(`The local agent refused a desired state with ${status}: ${JSON.stringify(body)}`);
  }

  async observe(workloadId: string, signal: AbortSignal): Promise<ObservedWorkload | null> {
    const { status, body } = await this.agent.call('GET', `/workloads/${workloadId}`, bounded(signal));
    return status === 404 ? null : observedWorkload.parse(body);
  }

  /** The gateway of this machine does. */
  refusalOfProtection(): Promise<null> {
    return Promise.resolve(null);
  }

  /** What has a patch is refused before it comes here. */
  refusalOfPatches(): Promise<null> {
    return Promise.resolve(null);
  }

  async remove(workloadId: string, signal: AbortSignal): Promise<void> {
    await this.agent.call('DELETE', `/workloads/${workloadId}`, bounded(signal));
  }

  storageClasses(): Promise<StorageClass[]> {
    return Promise.resolve([{ name: 'folder', isDefault: true, grows: true }]);
  }

  async *changes(signal: AbortSignal): AsyncIterable<RuntimeChange> {
    for await (const line of this.agent.lines('/changes', signal)) {
      const parsed = change.safeParse(line);
      if (parsed.success) yield parsed.data;
    }
  }

  async *logs(workloadId: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine> {
    const parameters = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] satisfies [string, string]],
      ),
    );
    for await (const line of this.agent.lines(`/workloads/${workloadId}/logs?${parameters.toString()}`, signal)) {
      yield logLine.parse(line);
    }
  }

  async stats(workloadId: string, signal: AbortSignal): Promise<InstanceStats[]> {
    const { status, body } = await this.agent.call('GET', `/workloads/${workloadId}/stats`, bounded(signal));
    return status === 404 ? [] : statsAnswer.parse(body);
  }

  async measure(signal: AbortSignal): Promise<Measurement[]> {
    const { body } = await this.agent.call('GET', '/measurements', bounded(signal));
    return measureAnswer.parse(body).items;
  }

  async egress(signal: AbortSignal): Promise<EgressCounts> {
    const { status, body } = await this.agent.call('GET', '/egress', bounded(signal));
    if (status >= 300)
      throw new RuntimeUnavailable(`The local agent counts nothing that leaves: it answered ${status}.`);
    return egressCounts.parse(body);
  }

  async acceptEgress(counts: EgressCounts, signal: AbortSignal): Promise<void> {
    const { status } = await this.agent.call('POST', '/egress/accepted', bounded(signal), counts);
    if (status >= 300) throw new RuntimeUnavailable(`The local agent forgets no counts: it answered ${status}.`);
  }

  async traffic(workloadId: string, signal: AbortSignal): Promise<InstanceTraffic[]> {
    const { status, body } = await this.agent.call('GET', `/workloads/${workloadId}/traffic`, bounded(signal));
    return status === 404 ? [] : trafficAnswer.parse(body);
  }

  async startTask(task: DesiredTask, signal: AbortSignal): Promise<void> {
    const { status, body } = await this.agent.call(
      'PUT',
      taskPath(task.workloadId, task.taskId),
      bounded(signal),
      task,
    );
    if (status >= 300) throw new Error(`The local agent refused a task with ${status}: ${JSON.stringify(body)}`);
  }

  async observeTask(workloadId: string, taskId: string, signal: AbortSignal): Promise<ObservedTask | null> {
    const { status, body } = await this.agent.call('GET', taskPath(workloadId, taskId), bounded(signal));
    return status === 404 ? null : observedTask.parse(body);
  }

  async endTask(workloadId: string, taskId: string, signal: AbortSignal): Promise<void> {
    await this.agent.call('DELETE', taskPath(workloadId, taskId), bounded(signal));
  }

  exec(name: InstanceName, request: ExecRequest, signal: AbortSignal): Promise<Duplex> {
    const query = new URLSearchParams({ request: JSON.stringify(request) });
    return this.agent.session(`${instancePath(name)}/exec?${query.toString()}`, bounded(signal));
  }

  forward(name: InstanceName, port: number | null, signal: AbortSignal): Promise<Duplex> {
    const query = new URLSearchParams(port === null ? {} : { port: String(port) });
    return this.agent.session(`${instancePath(name)}/forward?${query.toString()}`, bounded(signal));
  }

  probe(host: string, path: string, signal: AbortSignal): Promise<ProbeAnswer> {
    return probeRoute(this.routerUrl, host, path, bounded(signal));
  }

  /** Workloads are kept apart one by one here. */
  makeSpace(): Promise<void> {
    return Promise.resolve();
  }

  endSpace(): Promise<null> {
    return Promise.resolve(null);
  }

  /** Nothing is held open between calls. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const bounded = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(CALL_MILLISECONDS)]);

const taskPath = (workloadId: string, taskId: string): string => `/workloads/${workloadId}/tasks/${taskId}`;

const instancePath = ({ workloadId, instance }: InstanceName): string =>
  `/workloads/${workloadId}/instances/${encodeURIComponent(instance)}`;
