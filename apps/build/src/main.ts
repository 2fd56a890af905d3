import 'reflect-metadata';
import { runMain } from '@berth/service-kit';
import { build } from './index.js';

await runMain(build, process.env);
