import type { RouteTable } from '@berth/contracts/runtime';

/** What carries requests to instances. */
export interface AppRouter {
  /** Resolves when the table is in effect. */
  publish(table: RouteTable): Promise<void>;
  /** Resolves when no request runs on the upstream any more, or at the timeout. */
  drain(upstreamId: string, timeoutMilliseconds: number): Promise<void>;
}
