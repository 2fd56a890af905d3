import type { ServerResponse } from 'node:http';
import { answer } from '../api/api-proxy.js';
import type { ServiceAddresses } from '../api/service-addresses.js';
import type { GatewayConfig } from '../kong/gateway-config.js';
import type { GatewayLogger } from '../logger.js';
import { fetchDocument } from './fetch-document.js';
import { mergeOpenApi, type ServiceDocument } from './merge-openapi.js';

/** Answers `GET /openapi.json`: one document over all services, asked anew each time. */
export class OpenApiHandler {
  constructor(
    private readonly config: () => GatewayConfig,
    private readonly addresses: ServiceAddresses,
    private readonly logger: GatewayLogger,
  ) {}

  async handle(response: ServerResponse): Promise<void> {
    const config = this.config();
    const results = await Promise.allSettled(
      config.services.map(async (service): Promise<ServiceDocument> => {
        return { service: service.name, document: await fetchDocument(this.addresses.of(service)) };
      }),
    );
    const missing = config.services.flatMap(({ name }, index) => (results[index]?.status === 'rejected' ? [name] : []));
    if (missing.length > 0) {
      this.logger.warn({ missing }, 'the OpenAPI document is not complete');
      return answer(response, unavailable(missing));
    }
    const documents = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const merged = mergeOpenApi(documents, (service, path) => servedBy(config, path) === service);
    if (merged.conflicts.length === 0) return answer(response, { status: 200, body: merged.document });
    const body = { message: 'services define the same name differently', conflicts: merged.conflicts };
    answer(response, { status: 500, body });
  }
}

const unavailable = (services: readonly string[]) => ({
  status: 503,
  body: { message: 'not every service answers', services },
  headers: ['Retry-After', '1'],
});

/** The service that the gateway routes an OpenAPI path template to; a parameter stands for one segment. */
function servedBy(config: GatewayConfig, template: string): string | undefined {
  const path = template.replace(/\{[^}]+\}/g, 'x');
  return config.router.match({ method: 'GET', host: '', path })?.target.service.name;
}
