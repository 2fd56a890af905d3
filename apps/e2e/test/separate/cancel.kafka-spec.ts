import { cancelSuite } from '../suites/cancel.suite.js';
import { SeparatePlatform } from './separate-platform.js';

cancelSuite(() => SeparatePlatform.start());
