export { freePort } from './free-port.js';
export { PostgresServer, type PostgresServerOptions, type RunningPostgres } from './postgres-server.js';
