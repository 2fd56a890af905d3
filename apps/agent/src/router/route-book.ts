import {
  type CanaryRoute,
  type Door,
  type Place,
  placesOf,
  type Protection,
  type RouteTable,
  type SharedPath,
  spelled,
  type Upstream,
} from '@berth/contracts/runtime';
import type { Logger } from 'pino';
import { type AgentClock, pause, within } from '../clock.js';
import type { AppRouter } from './app-router.js';
import { sorted } from './link-doors.js';

export interface WorkloadRoutes {
  readonly hosts: readonly string[];
  readonly paths?: readonly SharedPath[] | undefined;
  readonly upstreams: readonly Upstream[];
  /** By which it reaches others. */
  readonly doors?: readonly Door[];
  /** A part of the requests goes to another release. */
  readonly canary?: CanaryRoute | undefined;
  readonly protection?: Protection | undefined;
}

const RETRY = 300;

/** The routes of all workloads, and their ways to each other: what is wanted, and what the router has said is in effect. */
export class RouteBook {
  private readonly wanted = new Map<string, WorkloadRoutes>();
  private effective: RouteTable['routes'] = [];
  /** Hosts by address. */
  private opened: ReadonlyMap<string, string> = new Map();
  private dirty = false;
  private running = false;
  private publishing: Promise<void> = Promise.resolve();
  private version: number;
  private readonly waiting = new Set<() => void>();
  private closed = false;

  constructor(
    private readonly router: AppRouter,
    private readonly clock: AgentClock,
    private readonly logger: Logger,
    /** Called when another table came into effect. */
    private readonly onEffective: () => void,
  ) {
    // Versions of a later agent must be higher, and nothing of the table is kept on disk.
    this.version = clock.now().getTime();
  }

  /** States the routes of one workload; null: it has none. Nothing happens when they are the same. */
  set(workloadId: string, routes: WorkloadRoutes | null): void {
    const held = this.wanted.get(workloadId) ?? null;
    if (JSON.stringify(held) === JSON.stringify(routes)) return;
    if (routes) this.wanted.set(workloadId, routes);
    else this.wanted.delete(workloadId);
    this.publish();
  }

  /** Puts the table into effect as soon as the router takes it. */
  publish(): void {
    this.dirty = true;
    if (!this.running) this.publishing = this.publishUntilClean();
  }

  isRouted(upstreamId: string): boolean {
    return this.effective.some((route) => upstreamsOf(route).some(({ id }) => id === upstreamId));
  }

  /** Whether requests for a host, or a path of it, reach at least one instance of the workload. */
  accepts(workloadId: string, place: Place): boolean {
    const isIt = (route: Route): boolean => spelled(route) === spelled(place) && route.workloadId === workloadId;
    return this.effective.some((route) => isIt(route) && upstreamsOf(route).length > 0);
  }

  /** Percent of a host's requests that its canary gets; undefined while it gets none. */
  canaryWeight(host: string): number | undefined {
    const canary = this.effective.find((route) => spelled(route) === host)?.canary;
    return canary && canary.upstreams.length > 0 ? canary.weight : undefined;
  }

  /** Whether all these lead where they are meant to. */
  opens(doors: readonly Door[]): boolean {
    return doors.every(({ address, host }) => this.opened.get(address) === host);
  }

  /** Resolves when an upstream is in the effective table no more, or at the deadline. */
  async gone(upstreamId: string, deadline: number): Promise<void> {
    const gone = (async () => {
      while (this.isRouted(upstreamId)) await new Promise<void>((resolve) => this.waiting.add(resolve));
    })();
    await within(this.clock, deadline, gone, undefined);
  }

  /** Ends publishing; what is not in effect by now never is. */
  async close(): Promise<void> {
    this.closed = true;
    await this.publishing;
  }

  private async publishUntilClean(): Promise<void> {
    this.running = true;
    while (this.dirty && !this.closed) {
      this.dirty = false;
      const table = this.table();
      try {
        await this.router.publish(table);
        this.tookEffect(table);
      } catch (error) {
        this.dirty = true;
        this.logger.warn({ err: error }, 'the router did not take the routes');
        await pause(this.clock, RETRY);
      }
    }
    this.running = false;
  }

  private tookEffect(table: RouteTable): void {
    this.effective = table.routes;
    this.opened = new Map(table.doors?.map(({ address, host }) => [address, host]));
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    this.onEffective();
  }

  /** A place that two workloads are stated to have stays whose it is: the router would take no table with both. */
  private oneEach(stated: readonly Route[]): Route[] {
    const byPlace = new Map<string, Route>();
    for (const route of stated) {
      const place = spelled(route);
      const other = byPlace.get(place);
      if (other) this.logger.error({ place, of: [other.workloadId, route.workloadId] }, 'two have one place');
      if (!other || this.isInEffect(route)) byPlace.set(place, route);
    }
    return [...byPlace.values()];
  }

  private isInEffect(route: Route): boolean {
    const { workloadId } = route;
    return this.effective.some((each) => spelled(each) === spelled(route) && each.workloadId === workloadId);
  }

  private table(): RouteTable {
    this.version++;
    const stated = [...this.wanted].flatMap(([workloadId, { upstreams, canary, protection, ...routed }]) =>
      placesOf(routed).map((place): Route => ({
        ...place,
        workloadId,
        upstreams: [...upstreams],
        ...(canary && { canary }),
        ...(protection && { protection }),
      })),
    );
    const routes = this.oneEach(stated);
    const doors = [...this.wanted.values()].flatMap((each) => each.doors ?? []);
    const { open, ambiguous } = sorted(doors, this.opened);
    if (ambiguous.length > 0) this.logger.error({ ambiguous }, 'links are kept waiting: another app has their address');
    return { version: this.version, routes, ...(open.length > 0 && { doors: open }) };
  }
}

type Route = RouteTable['routes'][number];

const upstreamsOf = ({ upstreams, canary }: Route): Upstream[] => [...upstreams, ...(canary?.upstreams ?? [])];
