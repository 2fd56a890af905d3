import { type OutboundFetch, OutboundRefused } from '@berth/service-kit';
import { z } from 'zod';

/** A Prometheus-compatible API: `url` is what comes before `/api/v1`. */
export interface PrometheusAccess {
  readonly url: string;
  readonly token?: string;
}

const vector = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]).readonly() }),
    ),
  }),
});

/** One series of an instant vector. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Why it cannot be asked. */
export class PrometheusTrouble extends Error {
  constructor(
    readonly reason: 'DoesNotAnswer' | 'IsNotAsked' | 'Refuses' | 'IsNoPrometheus',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Asks a Prometheus-compatible API (https://prometheus.io/docs/prometheus/latest/querying/api/, instant queries). */
export class Prometheus {
  constructor(
    private readonly access: PrometheusAccess,
    private readonly fetch: OutboundFetch,
  ) {}

  /** What is not a number (0 divided by 0, infinity) is left out. @throws PrometheusTrouble */
  async query(promql: string, signal: AbortSignal): Promise<Sample[]> {
    const answer = await this.ask(promql, signal);
    if (answer.status === 401 || answer.status === 403)
      throw new PrometheusTrouble('Refuses', `Prometheus answers ${answer.status}: it does not take the token.`);
    const { success, data } = vector.safeParse(await answer.json().catch(() => undefined));
    if (!success) throw new PrometheusTrouble('IsNoPrometheus', `What answers (${answer.status}) is no Prometheus.`);
    return data.data.result
      .map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
      .filter(({ value }) => Number.isFinite(value));
  }

  private async ask(promql: string, signal: AbortSignal): Promise<Response> {
    const { url, token } = this.access;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const body = new URLSearchParams({ query: promql });
    try {
      return await this.fetch(`${url.replace(/\/+$/, '')}/api/v1/query`, { method: 'POST', headers, body, signal });
    } catch (error) {
      if (error instanceof OutboundRefused) throw new PrometheusTrouble('IsNotAsked', error.message, { cause: error });
      throw new PrometheusTrouble('DoesNotAnswer', `Prometheus does not answer: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
