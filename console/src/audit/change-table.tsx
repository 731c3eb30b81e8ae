/** What an event changed: each part with what it was and what it is. */
import { useState } from 'react';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/audit.ts';
import { Button } from '../ui/button.tsx';
import { Name } from '../ui/name.tsx';
import { ExactWhen } from '../ui/when.tsx';
import { differencesOf, hiddenParts, type Difference } from './difference.ts';
import { partLabel } from './labels.ts';

export interface ChangeTableProps {
  before: unknown;
  after: unknown;
  redacted: readonly string[];
}

export function ChangeTable({ before, after, redacted }: ChangeTableProps) {
  const differences = differencesOf(before, after);
  const hidden = hiddenParts(redacted);
  const changed = differences.filter(({ isChanged }) => isChanged);
  const sameCount = differences.length - changed.length;
  const [isWhole, setWhole] = useState(changed.length === 0);
  const { change } = texts;
  return (
    <section className="stack" aria-label={change.title}>
      <h3>{change.title}</h3>
      {differences.length === 0 && hidden.length === 0 && <p className="hint">{change.none}</p>}
      {differences.length > 0 && (
        <table className="change">
          <thead>
            <tr>
              <th scope="col">{change.part}</th>
              <th scope="col">{change.before}</th>
              <th scope="col">{change.after}</th>
            </tr>
          </thead>
          <tbody>
            {(isWhole ? differences : changed).map((difference) => (
              <ChangeRow key={difference.part} of={difference} />
            ))}
          </tbody>
        </table>
      )}
      {sameCount > 0 && changed.length > 0 && (
        <div className="row">
          <Button variant="quiet" aria-expanded={isWhole} onPress={() => setWhole(!isWhole)}>
            {isWhole ? change.hideSame : change.showSame(sameCount)}
          </Button>
        </div>
      )}
      {hidden.length > 0 && (
        <p className="hint">
          {change.hidden} {hidden.map(partLabel).join(', ')}.
        </p>
      )}
    </section>
  );
}

function ChangeRow({ of: { part, isChanged, before, after, entries } }: { of: Difference }) {
  return (
    <tr className={isChanged ? 'changed' : 'unchanged'}>
      <th scope="row">{partLabel(part)}</th>
      {entries ? (
        <td colSpan={2}>
          <ul className="entries">
            {entries.map(({ text, change }) => (
              <li key={text} className={change}>
                {change === 'added' && <ins aria-label={texts.change.added}>+</ins>}
                {change === 'removed' && <del aria-label={texts.change.removed}>−</del>}{' '}
                <Name of={text} />
              </li>
            ))}
          </ul>
        </td>
      ) : (
        <>
          <td>{<Value of={before} className={isChanged ? 'removed' : undefined} />}</td>
          <td>{<Value of={after} className={isChanged ? 'added' : undefined} />}</td>
        </>
      )}
    </tr>
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function Value({ of: text, className }: { of: string | undefined; className: string | undefined }) {
  if (text === undefined) return <span className="hint">{common.common.none}</span>;
  if (INSTANT.test(text)) return <ExactWhen at={text} />;
  if (text === 'true' || text === 'false') return texts.change[text];
  return (
    <span className={className}>
      <Name of={text} />
    </span>
  );
}
