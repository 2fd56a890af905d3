import { ensurePrometheus } from './prometheus.mjs';

export default ensurePrometheus;
