export { type AgentOptions, type RunningAgent, startAgent } from './agent.js';
export { type AgentClock } from './clock.js';
export { describeEnforcement, type Enforcement } from './limits/enforcement.js';
export { type AppRouter } from './router/app-router.js';
export { RouterClient, type RouterClientOptions } from './router/router-client.js';
export { type LaunchFile, launchFile } from './slugs/launch-file.js';
export { defaultTuning, type Tuning } from './tuning.js';
