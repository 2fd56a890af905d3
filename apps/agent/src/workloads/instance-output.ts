import type { Logger } from 'pino';
import type { LogStream } from '../logs/log-line.js';
import type { WorkloadLogs } from '../logs/workload-logs.js';

const EVIDENCE = 20;

/** Where an instance's words go: its log, and the few last ones kept as evidence of what went wrong. */
export class InstanceOutput {
  private recent: string[] = [];
  private failing = false;

  constructor(
    private readonly instanceId: string,
    private readonly logs: WorkloadLogs,
    private readonly logger: Logger,
  ) {}

  get evidence(): readonly string[] {
    return this.recent;
  }

  /** A new run explains itself. */
  forgetEvidence(): void {
    this.recent = [];
  }

  /** Never rejects: on a full disk lines are lost, and the process must not stand still for it. */
  async write(stream: LogStream, lines: readonly string[]): Promise<void> {
    if (stream !== 'platform') this.recent = [...this.recent, ...lines.slice(-EVIDENCE)].slice(-EVIDENCE);
    try {
      await this.logs.append(this.instanceId, stream, lines);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error, instance: this.instanceId }, 'log lines are lost');
      this.failing = true;
    }
  }
}
