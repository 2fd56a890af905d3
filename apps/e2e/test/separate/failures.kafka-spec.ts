import { failuresSuite } from '../suites/failures.suite.js';
import { SeparatePlatform } from './separate-platform.js';

failuresSuite(() => SeparatePlatform.start());
