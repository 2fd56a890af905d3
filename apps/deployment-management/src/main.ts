import 'reflect-metadata';
import { runMain } from '@berth/service-kit';
import { deploymentManagement } from './index.js';

await runMain(deploymentManagement, process.env);
