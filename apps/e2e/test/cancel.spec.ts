import { BerthProcess } from './support/berth-process.js';
import { cancelSuite } from './suites/cancel.suite.js';

cancelSuite(() => BerthProcess.start());
