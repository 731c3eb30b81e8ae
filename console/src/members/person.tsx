/** A person in a list. */
import type { ReactNode } from 'react';
import { Name } from '../ui/name.tsx';

export interface PersonFacts {
  name: string | null;
  email: string;
}

/** What a person is called: their name, or their address if it is not known. */
export const nameOf = ({ name, email }: PersonFacts): string => name ?? email;

export function Person({ of, children }: { of: PersonFacts; children?: ReactNode }) {
  return (
    <span className="person">
      <strong>
        <Name of={nameOf(of)} /> {children}
      </strong>
      {of.name !== null && (
        <span className="hint">
          <Name of={of.email} />
        </span>
      )}
    </span>
  );
}

/** Roles side by side. */
export function Roles({ of }: { of: readonly { id: string; key: string; name: string }[] }) {
  return (
    <span className="pills">
      {of.map(({ id, key, name }) => (
        <span key={id} className="pill neutral" title={key}>
          <Name of={name} />
        </span>
      ))}
    </span>
  );
}
