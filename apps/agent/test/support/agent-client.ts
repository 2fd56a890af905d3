import {
  type DesiredWorkload,
  instanceStats,
  type InstanceStats,
  logLine,
  type LogLine,
  observedWorkload,
  type ObservedWorkload,
} from '@berth/contracts/runtime';
import { type IncomingMessage, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** What deployment-management's adapter does: HTTP over the agent's socket. */
export class AgentClient {
  constructor(private readonly socketPath: string) {}

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.open(method, path, typeof body === 'string' ? body : JSON.stringify(body));
    const text = (await response.toArray()).join('');
    const type = response.headers['content-type'] ?? '';
    return { status: response.statusCode ?? 0, type, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }

  async apply(desired: DesiredWorkload): Promise<void> {
    const answer = await this.call('PUT', `/workloads/${desired.workloadId}`, desired);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  }

  async observe(id: string): Promise<ObservedWorkload> {
    return observedWorkload.parse((await this.call('GET', `/workloads/${id}`)).body);
  }

  async stats(id: string): Promise<InstanceStats[]> {
    return instanceStats.array().parse((await this.call('GET', `/workloads/${id}/stats`)).body);
  }

  async logs(id: string, query = ''): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    for await (const line of this.lines(`/workloads/${id}/logs?${query}`)) lines.push(logLine.parse(line));
    return lines;
  }

  /** Documents of an ndjson answer; ends when the caller stops asking. */
  async *lines(path: string): AsyncGenerator<unknown> {
    const response = await this.open('GET', path);
    let rest = '';
    try {
      for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line);
      }
    } finally {
      response.destroy();
    }
  }

  private open(method: string, path: string, body?: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: this.socketPath, method, path, agent: false }, resolve);
      sent.once('error', reject);
      sent.end(body);
    });
  }
}
