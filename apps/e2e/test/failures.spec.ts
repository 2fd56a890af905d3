import { BerthProcess } from './support/berth-process.js';
import { failuresSuite } from './suites/failures.suite.js';

failuresSuite(() => BerthProcess.start());
