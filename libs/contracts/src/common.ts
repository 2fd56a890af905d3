export * from './common/causes.js';
export * from './common/dead-letters.js';
export * from './common/page.js';
export * from './common/problem.js';
export * from './common/process-type.js';
export * from './common/values.js';
export * from './common/volume.js';
export * from './common/labels.js';
