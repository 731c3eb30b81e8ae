/** The kind of an organization, each with what it means. */
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/profile.ts';
import { Select } from '../../ui/select.tsx';
import { KINDS, type Kind } from './draft.ts';

export interface KindFieldProps {
  value: Kind;
  onChange(kind: Kind): void;
}

export function KindField({ value, onChange }: KindFieldProps) {
  return (
    <Select
      label={texts.kind}
      options={KINDS.map((kind) => ({
        value: kind,
        label: common.kinds[kind],
        description: texts.kinds[kind],
      }))}
      value={value}
      onChange={onChange}
    />
  );
}
