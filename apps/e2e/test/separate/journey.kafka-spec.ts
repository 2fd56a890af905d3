import { journeySuite } from '../suites/journey.suite.js';
import { SeparatePlatform } from './separate-platform.js';

journeySuite(() => SeparatePlatform.start());
