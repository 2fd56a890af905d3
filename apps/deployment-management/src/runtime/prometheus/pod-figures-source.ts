import type { Clock } from '@berth/service-kit';
import { type Figures, figuresOf, figuresQuery } from './pod-figures.js';
import { type Prometheus, PrometheusTrouble } from './prometheus.js';

const ASK_MILLISECONDS = 3_000;
/** Nobody who looks waits for one that does not answer, more than once in so long. */
const QUIET_MILLISECONDS = 30_000;

const nothing: Figures = { pods: new Map(), claims: new Map() };

/** What the Prometheus of a cluster knows of pods. One that cannot be asked knows nothing; a condition of the cluster says why. */
export class PodFiguresSource {
  private quietUntil = -Infinity;

  constructor(
    private readonly prometheus: Prometheus,
    private readonly clock: Clock,
  ) {}

  async of(
    namespace: string,
    pods: readonly string[],
    claims: readonly string[],
    signal: AbortSignal,
  ): Promise<Figures> {
    if (pods.length === 0 || this.clock.monotonic() < this.quietUntil) return nothing;
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(ASK_MILLISECONDS)]);
    try {
      return figuresOf(await this.prometheus.query(figuresQuery(namespace, pods, claims), bounded));
    } catch (error) {
      if (!(error instanceof PrometheusTrouble) || signal.aborted) throw error;
      this.quietUntil = this.clock.monotonic() + QUIET_MILLISECONDS;
      return nothing;
    }
  }
}
