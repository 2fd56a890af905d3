export { TestIdentity, type TestTokenOptions } from './testing/test-identity.js';
