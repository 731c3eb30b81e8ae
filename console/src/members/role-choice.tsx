/** A choice of roles, each with what it is for. */
import { useState } from 'react';
import { Checkbox } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import { FieldError } from 'react-aria-components/FieldError';
import { Label } from 'react-aria-components/Label';
import { texts } from '../texts/en/members.ts';
import { Name } from '../ui/name.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { scopesBeyond, type GrantableRole } from './grants.ts';

/** More roles than this are searched, rather than looked through. */
const IN_SIGHT = 12;

export interface RoleChoiceProps {
  label: string;
  roles: readonly GrantableRole[];
  /** Scopes that the caller holds on the organization. */
  held: readonly string[];
  /** Ids. */
  value: readonly string[];
  onChange(value: string[]): void;
  isDisabled?: boolean;
  errorMessage?: string | undefined;
}

export function RoleChoice({
  label,
  roles,
  held,
  value,
  onChange,
  isDisabled = false,
  errorMessage,
}: RoleChoiceProps) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  // What is chosen stays in sight: the form says all that it will do.
  const shown = roles.filter(
    ({ id, key, name }) =>
      value.includes(id) || `${key} ${name}`.toLowerCase().includes(wanted) || wanted === '',
  );
  return (
    <CheckboxGroup
      className="field"
      value={[...value]}
      onChange={onChange}
      isDisabled={isDisabled}
      isInvalid={errorMessage !== undefined}
    >
      <Label>{label}</Label>
      {roles.length > IN_SIGHT && (
        <SearchField label={texts.roles.search} value={search} onChange={setSearch} />
      )}
      <div className="role-options">
        {shown.map((role) => (
          <RoleOption key={role.id} role={role} beyond={scopesBeyond(role, held)} />
        ))}
        {shown.length === 0 && <p className="role-option hint">{texts.roles.noMatch}</p>}
      </div>
      <FieldError className="field-error">{errorMessage}</FieldError>
    </CheckboxGroup>
  );
}

function RoleOption({ role, beyond }: { role: GrantableRole; beyond: readonly string[] }) {
  const { id, key, name, description, organization } = role;
  return (
    <Checkbox value={id} className="role-option">
      <span className="role-option-box" aria-hidden="true" />
      <span className="role-option-text">
        <span>
          <strong>
            <Name of={name} />
          </strong>{' '}
          {key !== name.toLowerCase() && <code className="hint">{key}</code>}
        </span>
        {(description !== null || organization) && (
          <span className="hint">
            {description !== null && <Name of={description} />}{' '}
            {organization && texts.roles.definedBy(organization.name)}
          </span>
        )}
        {beyond.length > 0 && <span className="hint">{texts.roles.beyond(beyond)}</span>}
      </span>
    </Checkbox>
  );
}
