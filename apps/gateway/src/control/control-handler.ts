import type { IncomingMessage } from 'node:http';
import { drainRequest, egressCounts, routeTable } from '@berth/contracts/runtime';
import { z } from 'zod';
import type { ConfigHolder } from '../api/config-holder.js';
import type { AppDoors } from '../apps/app-doors.js';
import type { AnswerCounts } from '../apps/answer-counts.js';
import type { EgressMeter } from '../apps/egress-meter.js';
import { type AppRoutes, RouteTableError } from '../apps/app-routes.js';
import type { InFlight } from '../apps/in-flight.js';
import { KongConfigError } from '../kong/parse-kong-file.js';

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

const BODY_LIMIT = 16 * 2 ** 20;

/** What the control socket offers: the configuration, the route table, and waiting for an upstream to become idle. */
export class ControlHandler {
  constructor(
    private readonly config: ConfigHolder,
    private readonly routes: AppRoutes,
    private readonly inFlight: InFlight,
    private readonly doors: AppDoors,
    private readonly counted: { readonly answers: AnswerCounts; readonly egress: EgressMeter },
  ) {}

  async handle(request: IncomingMessage): Promise<ControlAnswer> {
    try {
      return await this.dispatch(request);
    } catch (error) {
      return explain(error);
    }
  }

  private async dispatch(request: IncomingMessage): Promise<ControlAnswer> {
    switch (`${request.method} ${request.url}`) {
      case 'GET /config/status':
        return { status: 200, body: this.config.status };
      case 'POST /config':
        return { status: 201, body: await this.config.replace(configText(await readBody(request))) };
      case 'GET /routes':
        return { status: 200, body: this.routes.table() };
      case 'PUT /routes':
        return this.putRoutes(await readBody(request));
      case 'GET /answers':
        return { status: 200, body: this.counted.answers.all() };
      case 'GET /egress':
        return { status: 200, body: this.counted.egress.counts() };
      case 'POST /egress/accepted':
        return this.acceptEgress(await readBody(request));
      case 'POST /drain':
        return this.drain(await readBody(request));
      default:
        return { status: 404, body: { message: `there is no ${request.method} ${request.url}` } };
    }
  }

  private async putRoutes(body: string): Promise<ControlAnswer> {
    const table = routeTable.parse(JSON.parse(body));
    this.routes.replace(table);
    await this.doors.state(table.doors ?? []);
    return { status: 200, body: { version: table.version } };
  }

  private acceptEgress(body: string): ControlAnswer {
    this.counted.egress.accept(egressCounts.parse(JSON.parse(body)));
    return { status: 200, body: {} };
  }

  private async drain(body: string): Promise<ControlAnswer> {
    const { upstreamId, timeoutMilliseconds } = drainRequest.parse(JSON.parse(body));
    return { status: 200, body: { inFlight: await this.inFlight.idle(upstreamId, timeoutMilliseconds) } };
  }
}

/** Kong takes `{config: "<yaml>"}` or the configuration itself; JSON is YAML too. */
function configText(body: string): string {
  if (!body.trimStart().startsWith('{')) return body;
  const wrapped = z.object({ config: z.string() }).safeParse(JSON.parse(body));
  return wrapped.success ? wrapped.data.config : body;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new RouteTableError('invalid', 'the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function explain(error: unknown): ControlAnswer {
  if (error instanceof KongConfigError) return refused(400, 'the configuration is not valid', error.problems);
  if (error instanceof RouteTableError) return refused(error.reason === 'conflict' ? 409 : 400, error.message, []);
  if (error instanceof SyntaxError) return refused(400, `not JSON: ${error.message}`, []);
  if (error instanceof z.ZodError) {
    return refused(
      400,
      'the body is not valid',
      error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    );
  }
  throw error;
}

const refused = (status: number, message: string, errors: readonly string[]): ControlAnswer => ({
  status,
  body: { message, errors },
});
