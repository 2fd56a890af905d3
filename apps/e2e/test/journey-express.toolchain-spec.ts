import { BerthProcess } from './support/berth-process.js';
import { expressApp } from './support/express-app.js';
import { journeySuite } from './suites/journey.suite.js';

journeySuite(() => BerthProcess.start(), expressApp);
