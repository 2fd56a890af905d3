import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { startAgent } from './agent.js';
import { loadAgentConfig } from './config.js';
import { describeEnforcement } from './limits/enforcement.js';
import { RouterClient } from './router/router-client.js';

const config = loadAgentConfig(process.env);
const logger = pino({ name: 'agent', level: config.LOG_LEVEL });
const router = new RouterClient({ socketPath: config.GATEWAY_CONTROL_SOCKET, logger });
const blobFile = (digest: string): string => {
  const [algorithm = '', hex = ''] = digest.split(':');
  return join(config.BLOB_FOLDER, 'blobs', algorithm, hex.slice(0, 2), hex);
};
const agent = await startAgent({
  folder: config.AGENT_FOLDER,
  socketPath: config.AGENT_SOCKET,
  blobs: async (digest) => (await open(blobFile(digest))).createReadStream(),
  router,
  logger,
  isolateUsers: config.ISOLATE_USERS,
  toolPath: config.TOOL_PATH,
  tuning: { hold: config.HOLD_SECONDS * 1_000 },
});
logger.info({ socket: config.AGENT_SOCKET, limits: describeEnforcement(agent.enforcement) }, 'the agent is ready');

const stop = async (): Promise<void> => {
  await agent.close();
  router.close();
  process.exit(0);
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
