export { PostgresServer, type PostgresServerOptions, type RunningPostgres } from './postgres-server.js';
