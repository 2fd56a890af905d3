import { BerthProcess } from './support/berth-process.js';
import { journeySuite } from './suites/journey.suite.js';

journeySuite(() => BerthProcess.start());
