/** A choice of scopes, each with what it allows. */
import { Checkbox } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import { FieldError } from 'react-aria-components/FieldError';
import { Label } from 'react-aria-components/Label';
import { texts } from '../texts/en/credentials.ts';
import { impliedBy, type ScopeInfo } from './scopes.ts';
import './styles/access.css';

export interface ScopeChoiceProps {
  catalog: readonly ScopeInfo[];
  /** What the caller holds there; nobody can give more. */
  held: readonly string[];
  /** Without what others include. */
  value: readonly string[];
  onChange(value: string[]): void;
  errorMessage?: string | undefined;
}

export function ScopeChoice({ catalog, held, value, onChange, errorMessage }: ScopeChoiceProps) {
  const implied = impliedBy(value, catalog);
  return (
    <CheckboxGroup
      className="field scope-choice"
      value={[...value, ...implied]}
      onChange={(keys) => onChange(keys.filter((key) => !implied.has(key) || value.includes(key)))}
      isInvalid={errorMessage !== undefined}
    >
      <Label>{texts.scopes.label}</Label>
      <FieldError className="field-error">{errorMessage}</FieldError>
      {catalog.map(({ key, description }) => {
        const isHeld = held.includes(key);
        const isImplied = implied.has(key);
        return (
          <Checkbox
            key={key}
            value={key}
            className="check"
            // What is given already can be taken away; whether the caller may is for the API to say.
            isDisabled={isImplied || (!isHeld && !value.includes(key))}
          >
            <span className="check-box" aria-hidden="true" />
            <span>
              <code>{key}</code>
              <span className="hint">
                {description}
                {isImplied && ` ${texts.scopes.included}`}
                {!isHeld && !isImplied && ` ${texts.scopes.notHeld}`}
              </span>
            </span>
          </Checkbox>
        );
      })}
    </CheckboxGroup>
  );
}

/** The scopes of a key or role, with what they allow. */
export function ScopeList({
  scopes,
  catalog,
}: {
  scopes: readonly string[];
  catalog: readonly ScopeInfo[];
}) {
  if (scopes.length === 0) return <p className="hint">{texts.scopes.none}</p>;
  return (
    <ul className="scope-list">
      {scopes.map((key) => (
        <li key={key}>
          <code>{key}</code>
          <span className="hint">{catalog.find((scope) => scope.key === key)?.description}</span>
        </li>
      ))}
    </ul>
  );
}
