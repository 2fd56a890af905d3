import { Gauge } from 'prom-client';
import type { Conservation } from './conservation.js';

const sources = new Set<Pick<Conservation, 'drifts'>>();

/** Until the answer is called. */
export function tellDriftsOf(source: Pick<Conservation, 'drifts'>): () => void {
  sources.add(source);
  return () => void sources.delete(source);
}

/** Asked when it is read: every replica says the same. */
export const usageDrifts = new Gauge({
  name: 'berth_metering_usage_drifts',
  help: 'Workloads and organizations whose accepted usage, spans and rated usage do not add up; must be 0',
  async collect() {
    const drifts = await Promise.all([...sources].map((source) => source.drifts()));
    this.set(drifts.flat().length);
  },
});
