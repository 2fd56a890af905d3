import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll } from '@jest/globals';
import { EmbeddedBus } from '../../src/index.js';
import { eventBusContract } from '../event-bus.contract.js';
import { spawnMember } from '../spawn-member.js';
import { silent } from '../support.js';
import { startPostgres, type TestPostgres } from '../test-postgres.js';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.remove());

eventBusContract('embedded', () =>
  Promise.resolve({
    make: () => new EmbeddedBus({ url: postgres.url }, new Clock(), silent),
    restart: async () => {
      await postgres.crash();
      await postgres.start();
    },
    spawnMember: (options) => spawnMember({ ...options, url: postgres.url }),
  }),
);
