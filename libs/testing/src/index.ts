export { eventually, type EventuallyOptions } from './eventually.js';
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
