export { baseConfig, type BaseConfig } from './config/base-config.js';
export { ConfigError, type Environment, loadConfig } from './config/load-config.js';
export { defineErrors, DomainError, type ErrorExtras } from './errors/define-errors.js';
export { isInfrastructureError } from './errors/infrastructure-error.js';
export { Readiness, type ReadinessCheck } from './health/readiness.js';
export { Answers, AnswersNothing } from './http/answers.js';
export { afterwards } from './http/afterwards.js';
export { around, type Handler } from './http/around.js';
export { decodeCursor, encodeCursor, toPage } from './http/cursor.js';
export { type EventStreamOptions, sendEventStream, type StreamEvent } from './http/event-stream.js';
export { entityTag, requireMatch } from './http/entity-tag.js';
export { type Accepted, acceptWebSocket, requireUpgrade } from './http/upgrade.js';
export { openApiOf } from './http/open-api.js';
export { pointerOf } from './http/parse-json.js';
export { RawBody } from './http/request-bodies.js';
export { type Route, Routes } from './http/routes.js';
export { Unguarded, UNGUARDED } from './http/unguarded.js';
export { AnswerNotStored } from './idempotency/idempotency.interceptor.js';
export { REPLAY_JUDGE, type ReplayJudge } from './idempotency/replay-judge.js';
export type { Headers } from './idempotency/stored-answers.js';
export {
  currentCausationId,
  currentClientAddress,
  currentCorrelationId,
  withCorrelation,
} from './logging/correlation.js';
export { createLogger, LOGGER, type Logger, NestLogger } from './logging/logger.js';
export { logRefusal, type RefusedRequest } from './logging/refusals.js';
export { maskFor } from './logging/mask.js';
export { isPublicAddress, type Resolve, resolveHost } from './outbound/addresses.js';
export { isListedHost } from './outbound/outbound-hosts.js';
export { type OutboundFetch, outboundFetch, type OutboundOptions, OutboundRefused } from './outbound/outbound-fetch.js';
export { ConfineParts, ConfineRows, type Part } from './persistence/confined-rows.js';
export { Confinement, confineTo } from './persistence/confinement.js';
export { createDataSource, type DataSourceOptions, migrate } from './persistence/data-source.js';
export { type ConfinedSql, Database, type Sql, Tx } from './persistence/database.js';
export { Listener, type ListenerOptions } from './persistence/listener.js';
export { encryptionKeys } from './sealing/encryption-keys.js';
export { Keyring } from './sealing/keyring.js';
export { SealedRowsModule } from './sealing/sealed-rows.module.js';
export { type SealedColumn, SealedRows, type SealedRowsOptions } from './sealing/sealed-rows.js';
export { runMain } from './service/run-main.js';
export type { ServiceDefinition } from './service/service-definition.js';
export { CONFIG } from './service/config-token.js';
export { allMigrations, ServiceKitModule } from './service/service-kit.module.js';
export {
  applicationOptions,
  httpAdapter,
  prepare,
  rootModule,
  type RunningService,
  startService,
  urlOf,
} from './service/start-service.js';
export { databaseTrust, type TrustFiles, trusting } from './tls/certificates.js';
export { type CancelTimer, Clock } from './time/clock.js';
export { type RoundNow, Rounds } from './time/rounds.js';
export { Ids } from './time/ids.js';
