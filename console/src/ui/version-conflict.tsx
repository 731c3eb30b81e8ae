/** Somebody else was quicker: shows what is there now beside what was typed. */
import { texts } from '../texts/en.ts';
import { Button } from './button.tsx';
import { Callout } from './callout.tsx';

export interface VersionConflictProps {
  /** What differs: a label, what is stored now, and what was typed. */
  differences: readonly { label: string; theirs: string; yours: string }[];
  /** Sends the change again, on top of what is there now. */
  onOverwrite(): void;
  /** Takes what is there now. */
  onDiscard(): void;
}

export function VersionConflict({ differences, onOverwrite, onDiscard }: VersionConflictProps) {
  return (
    <Callout tone="warning" title={texts.conflict.title}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.conflict.field}</th>
            <th scope="col">{texts.conflict.theirs}</th>
            <th scope="col">{texts.conflict.yours}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ label, theirs, yours }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{theirs}</td>
              <td>{yours}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row">
        <Button onPress={onOverwrite}>{texts.conflict.overwrite}</Button>
        <Button variant="quiet" onPress={onDiscard}>
          {texts.conflict.discard}
        </Button>
      </div>
    </Callout>
  );
}
