import { BuildFailure } from '../builds/build-failure.js';

export const detectFailed = (message: string, nextStep: string, evidence: readonly string[] = []): BuildFailure =>
  new BuildFailure('detect_failed', message, nextStep, evidence);

export const declareProcesses = 'Say how to start the app in a Procfile, for instance: web: node server.js';
