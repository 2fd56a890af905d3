import type { Command } from 'commander';

export const inOrganization = (command: Command): Command => command.option('--org <name>', 'organization');

export const inProject = (command: Command): Command => inOrganization(command).option('--project <name>', 'project');

export const ofApp = (command: Command): Command => inProject(command).option('--app <name>', 'app');

export const ofWorkload = (command: Command): Command => ofApp(command).option('--env <name>', 'environment');
