import { postgres } from '../jest/postgres.mjs';
import { runWith } from '../jest/run.mjs';
import { ensureDnsServers } from './dns-servers.mjs';

export default runWith(ensureDnsServers, postgres);
