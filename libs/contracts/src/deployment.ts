export * from './api/deployment-management/apps.js';
export * from './api/deployment-management/config.js';
export * from './api/deployment-management/deployments.js';
export * from './api/deployment-management/environments.js';
export * from './api/deployment-management/instances.js';
export * from './api/deployment-management/projects.js';
export * from './api/deployment-management/releases.js';
export * from './api/deployment-management/workloads.js';
