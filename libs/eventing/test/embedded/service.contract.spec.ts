import { Clock } from '@berth/service-kit';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll } from '@jest/globals';
import { EmbeddedBus } from '../../src/index.js';
import { serviceContract } from '../service.contract.js';
import { silent } from '../support.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ migrations: [] });
});
afterAll(() => database.drop());

serviceContract('embedded', () => new EmbeddedBus({ url: database.url }, new Clock(), silent));
