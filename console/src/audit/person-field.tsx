/** Who did what is shown: found by typing a part of the name or address. */
import { useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Text } from 'react-aria-components/Text';
import { useQuery } from 'urql';
import { AuditPeopleDocument } from '../generated/audit/graphql.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/audit.ts';
import { useDebounced } from '../ui/use-debounced.ts';
import '../ui/styles/combo.css';

export interface PersonFieldProps {
  /** The id of the person; undefined for everybody. */
  person: string | undefined;
  /** What the person is called; undefined until that is known. */
  name: string | undefined;
  onChange(person: string | undefined): void;
}

const TYPING_MS = 200;

export function PersonField({ person, name, onChange }: PersonFieldProps) {
  const [text, setText] = useState(name ?? '');
  const [shown, setShown] = useState({ person, name });
  // Somebody may be chosen elsewhere, such as in a row.
  if (shown.person !== person || shown.name !== name) {
    setShown({ person, name });
    if (person === undefined) setText('');
    else if (name !== undefined) setText(name);
  }
  const [isOpen, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  // Who was chosen stands in the field, and is not searched for.
  const search = useDebounced(text === name ? '' : text.trim(), TYPING_MS);
  const [{ data, error, fetching }] = useQuery({
    query: AuditPeopleDocument,
    variables: { search },
    pause: !isOpen,
  });
  const found = (data?.organization?.people?.nodes ?? []).map(({ user }) => user);
  const choose = (key: unknown): void => {
    const typed = text.trim().toLowerCase();
    const user =
      found.find(({ id }) => id === key && id !== person) ??
      found.find(({ email }) => email.toLowerCase() === typed);
    if (user) {
      // A text that changes in a field in use opens the list again, which hides everything else.
      input.current?.blur();
      setText(user.name ?? user.email);
      onChange(user.id);
    } else setText(name ?? '');
  };
  const status = error ? texts.person.failed : fetching ? common.common.loading : texts.person.none;
  return (
    <ComboBox
      className="field"
      aria-label={texts.person.label}
      items={found}
      inputValue={text}
      onInputChange={(typed) => {
        setText(typed);
        if (typed === '' && person !== undefined) onChange(undefined);
      }}
      value={person ?? null}
      onChange={choose}
      onOpenChange={setOpen}
      menuTrigger="focus"
      allowsEmptyCollection
      // The API searches.
      defaultFilter={() => true}
    >
      <div className="combo">
        <Input ref={input} className="input" placeholder={texts.person.all} maxLength={64} />
        <Button className="combo-button">
          <span aria-hidden="true">▾</span>
        </Button>
      </div>
      <Popover className="popover">
        <ListBox<(typeof found)[number]>
          className="list-box"
          renderEmptyState={() => <p className="list-box-empty hint">{status}</p>}
        >
          {({ id, name, email }) => (
            <ListBoxItem id={id} textValue={name ?? email} className="list-box-item">
              <Text slot="label">
                <bdi>{name ?? email}</bdi>
              </Text>
              {name !== null && (
                <Text slot="description" className="hint">
                  {email}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
