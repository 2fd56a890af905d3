import { connectEvents } from '@berth/eventing';
import type { ServiceDefinition } from '@berth/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { type BuildConfig, buildConfig } from './config.js';
import { entities, migrations } from './database/schema.js';

export { openBlob } from './artifacts/file-blob-store.js';
export { type BuildConfig, buildConfig } from './config.js';

/** Sources become artifacts: git and uploads, detection, builds, blobs, logs. */
export const build: ServiceDefinition<BuildConfig> = {
  name: 'build',
  config: buildConfig,
  entities,
  migrations,
  module: (config) => AppModule.forRoot(config),
  connect: (app) => {
    acceptArchives(app as NestFastifyApplication);
    connectEvents(app);
  },
};

/** An archive is handed on as the stream that it is; the uploads feature bounds it. */
function acceptArchives(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  const types = ['application/gzip', 'application/x-gzip', 'application/x-tar+gzip'];
  server.addContentTypeParser(types, (_request: unknown, payload: unknown, done: (e: null, body: unknown) => void) =>
    done(null, payload),
  );
}
