export * from './api/build/builds.js';
export * from './api/build/uploads.js';
