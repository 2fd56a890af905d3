import 'reflect-metadata';
import { runMain } from '@berth/service-kit';
import { userManagement } from './index.js';

await runMain(userManagement, process.env);
