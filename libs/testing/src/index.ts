export { dumpSchema } from './dump-schema.js';
export { type Fault, FaultProxy, type FaultProxyOptions, type FaultRule, type SeenRequest } from './fault-proxy.js';
export { eventually, type EventuallyOptions } from './eventually.js';
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { startTestService, type TestService, type TestServiceOptions } from './start-test-service.js';
export { fromSources } from './from-sources.js';
export { type HostileRequest, hostileRequests, type OpenApi } from './hostile-requests.js';
export { type HostileRun, sendHostileRequests } from './send-hostile-requests.js';
export { TestAuthority, type TestCertificate } from './test-authority.js';
