import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';

export const createProject = z.strictObject({ organizationId: id, slug }).meta({ id: 'CreateProject' });
export type CreateProject = z.infer<typeof createProject>;

export const project = z.object({ id, organizationId: id, slug, createdAt: instant }).meta({ id: 'Project' });
export type Project = z.infer<typeof project>;

export const projectQuery = pageQuery.extend({ organization: id, slug: slug.optional() });
export type ProjectQuery = z.infer<typeof projectQuery>;
export const projectPage = pageOf(project).meta({ id: 'ProjectPage' });
