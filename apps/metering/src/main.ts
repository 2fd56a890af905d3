import 'reflect-metadata';
import { runMain } from '@berth/service-kit';
import { metering } from './index.js';

await runMain(metering, process.env);
