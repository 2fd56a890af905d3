import type { AnswerCount, EgressCounts, RouteTable } from '@berth/contracts/runtime';

/** What carries requests to instances. */
export interface AppRouter {
  /** Resolves when the table is in effect. */
  publish(table: RouteTable): Promise<void>;
  /** Resolves when no request runs on the upstream any more, or at the timeout. */
  drain(upstreamId: string, timeoutMilliseconds: number): Promise<void>;
  /** What was answered on behalf of each upstream in the table. */
  answers(): Promise<AnswerCount[]>;
  /** What left for the visitors of each workload. */
  egress(): Promise<EgressCounts>;
  /** These are written down elsewhere: what has not grown since may be forgotten. */
  acceptEgress(counts: EgressCounts): Promise<void>;
}
