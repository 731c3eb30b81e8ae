/** Whom to invite: addresses in any form, with what is wrong with them, and roles. */
import type { GrantableRole } from '../members/grants.ts';
import { RoleChoice } from '../members/role-choice.tsx';
import { texts } from '../texts/en/invitations.ts';
import { Button } from '../ui/button.tsx';
import { Name } from '../ui/name.tsx';
import { ScrollList } from '../ui/scroll-list.tsx';
import { TextField } from '../ui/text-field.tsx';
import type { Draft } from './draft.ts';
import type { BadAddress, Duplicate, Pasted } from './pasted.ts';

export interface InviteFormProps {
  draft: Draft & { roles: readonly string[] };
  onDraft(draft: Draft): void;
  /** What was read in the text. */
  pasted: Pasted;
  roles: readonly GrantableRole[];
  held: readonly string[];
  addressProblem: string | undefined;
  roleProblem: string | undefined;
}

export function InviteForm({
  draft,
  onDraft,
  pasted,
  roles,
  held,
  addressProblem,
  roleProblem,
}: InviteFormProps) {
  const { addresses, duplicates, bad } = pasted;
  const parts = [
    addresses.length > 0 && texts.form.ready(addresses.length),
    duplicates.length > 0 && texts.form.duplicates(duplicates.length),
    bad.length > 0 && texts.form.bad(bad.length),
  ];
  return (
    <>
      <div className="addresses-field">
        <TextField
          // The dialog was opened to type here.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          label={texts.form.addresses}
          description={texts.form.addressesHint}
          rows={6}
          value={draft.text}
          onChange={(text) => onDraft({ ...draft, text })}
          errorMessage={addressProblem}
        />
      </div>
      <p role="status" className="address-count">
        {parts.filter((part) => part !== false).join(' · ')}
      </p>
      {bad.length > 0 && (
        <div className="field">
          <div className="row spread">
            <span>{texts.form.badList}</span>
            <Button onPress={() => onDraft({ ...draft, text: addresses.join('\n') })}>
              {texts.form.removeBad}
            </Button>
          </div>
          <BadList bad={bad} />
        </div>
      )}
      {duplicates.length > 0 && (
        <details>
          <summary>{texts.form.duplicateList}</summary>
          <DuplicateList duplicates={duplicates} />
        </details>
      )}
      <RoleChoice
        label={texts.form.roles}
        roles={roles}
        held={held}
        value={draft.roles}
        onChange={(chosen) => onDraft({ ...draft, roles: chosen })}
        errorMessage={roleProblem}
      />
    </>
  );
}

function BadList({ bad }: { bad: readonly BadAddress[] }) {
  return (
    <ScrollList label={texts.form.badList}>
      {bad.map(({ text, line, fault }, index) => (
        // Nothing else tells two mistakes in one line apart, and the list is always made anew.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index}>
          <Name of={text} />
          <span className="problem">
            {texts.form.line(line)}: {texts.form.faults[fault]}
          </span>
        </li>
      ))}
    </ScrollList>
  );
}

function DuplicateList({ duplicates }: { duplicates: readonly Duplicate[] }) {
  return (
    <ScrollList label={texts.form.duplicateList}>
      {duplicates.map(({ text, line, firstLine }, index) => (
        // An address can be there again twice in one line, and the list is always made anew.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index}>
          <Name of={text} />
          <span className="hint">{texts.form.again(line, firstLine)}</span>
        </li>
      ))}
    </ScrollList>
  );
}
