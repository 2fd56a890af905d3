import { runWith } from '../jest/run.mjs';
import { ensurePrometheus } from './prometheus.mjs';

export default runWith(ensurePrometheus);
