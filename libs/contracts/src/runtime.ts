export * from './runtime/channel.js';
export * from './runtime/desired.js';
export * from './runtime/link.js';
export * from './runtime/observed.js';
export * from './runtime/route-table.js';
export * from './runtime/route.js';
export * from './runtime/task.js';
export * from './runtime/volume.js';
