import * as at from '../faults/phases.js';
import { partNames } from './environments.js';
import { type Kill, killSuite } from './kill-suite.js';

/** Those that were brought there first have the slots. */
const phases = [at.building, at.cloning, at.waitingForSlot];

killSuite(
  partNames.map((name): Kill => [name, 'waits for a build slot', phases]),
  2,
);
