import { z } from 'zod';
import { id } from '../common/values.js';
import { defineEvent } from './define-event.js';
import { buildRequest, deploymentSource } from './shapes.js';

/** `build` is null when the artifact is already known. The build id is minted by deployment-management. */
export const deploymentRequested = defineEvent({
  type: 'berth.deployment.requested.v1',
  producer: 'deployment-management',
  data: z.object({
    organizationId: id,
    projectId: id,
    environmentId: id,
    appId: id,
    workloadId: id,
    deploymentId: id,
    source: deploymentSource,
    build: buildRequest.nullable(),
  }),
});
