import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id } from '../../common/values.js';
import { auditEntry } from '../../events/audit-recorded.v1.js';

export const auditQuery = pageQuery.extend({ organization: id });
export type AuditQuery = z.infer<typeof auditQuery>;

export const auditEntryView = auditEntry.meta({ id: 'AuditEntry' });
export const auditPage = pageOf(auditEntryView).meta({ id: 'AuditPage' });
