import { endRun } from './run.mjs';

/** Of every tier. */
export default endRun;
