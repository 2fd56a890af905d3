import type { Caller } from '@berth/access';
import type { Labels } from '@berth/contracts/common';
import type { ChangeLabels, DeclaredLabels } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import { LabelsService } from '../labels/labels.service.js';
import type { PlaceKind } from '../labels/label-writer.js';
import { declarationErrors } from './declarations.errors.js';
import type { Target } from './declared-kind.js';
import { type Fields, NOTHING } from './fields.js';

const fieldOf = (key: string): string => `labels.${key}`;

export const labelFieldsOf = (labels: Labels): Fields =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [fieldOf(key), value]));

/** What a spec states of them. */
export const statedLabels = ({ set, unset }: DeclaredLabels = { set: {}, unset: [] }): Fields => ({
  ...Object.fromEntries(unset.map((key) => [fieldOf(key), NOTHING])),
  ...labelFieldsOf(set),
});

export const isLabelField = (field: string): boolean => field.startsWith(fieldOf(''));

/** Labels of apps and environments, as they are declared. */
@Injectable()
export class LabelDeclarations {
  constructor(private readonly labels: LabelsService) {}

  /** With the fields, what makes another version of that which has them. */
  async of(caller: Caller, kind: PlaceKind, id: string): Promise<{ fields: Fields; version: string }> {
    const { labels, since } = await this.labels.get(caller, kind, id);
    return { fields: labelFieldsOf(labels), version: since === null ? '' : `-${Date.parse(since)}` };
  }

  /** Those among `fields` become what is stated, as long as they are as `target` has them. */
  async change(
    caller: Caller,
    kind: PlaceKind,
    target: Target,
    stated: DeclaredLabels | undefined,
    fields: readonly string[],
  ): Promise<void> {
    const wanted = Object.entries(statedLabels(stated)).filter(([field]) => fields.includes(field));
    if (wanted.length === 0) return;
    const change = wanted.map(([field, value]) => [field.slice(fieldOf('').length), value === NOTHING ? null : value]);
    await this.labels.change(caller, kind, target.id, Object.fromEntries(change) as ChangeLabels, (labels) => {
      const now = labelFieldsOf(labels);
      const others = wanted.map(([field]) => field).filter((field) => now[field] !== target.fields[field]);
      if (others.length === 0) return;
      const detail = `${others.join(', ')}: changed by others meanwhile. It is looked at again.`;
      throw declarationErrors.PreconditionFailed(detail);
    });
  }
}
