/** Chooses an organization below the one that is acted in, or that one, by searching. */
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Text } from 'react-aria-components/Text';
import { useQuery } from 'urql';
import { DestinationsDocument, type DestinationsQuery } from '../generated/settings/graphql.ts';
import { texts } from '../texts/en/settings.ts';
import { RequestFailure } from '../ui/request-failure.tsx';
import { useDebounced } from '../ui/use-debounced.ts';
import '../ui/styles/combo.css';

export interface Destination {
  id: string;
  name: string;
  slug: string;
  /** Where it is. */
  path: string;
}

export interface DestinationFieldProps {
  /** The organization that is moved, which cannot be the destination itself. */
  movedId: string;
  onChoose(destination: Destination | undefined): void;
}

const TYPING_MS = 200;

export function DestinationField({ movedId, onChoose }: DestinationFieldProps) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Destination>();
  // What was chosen stands in the field, and is not searched for.
  const search = useDebounced(chosen?.name === text ? '' : text.trim(), TYPING_MS);
  const [{ data, error, fetching }, ask] = useQuery({
    query: DestinationsDocument,
    variables: { search },
  });
  const found = destinationsIn(data, search).filter(({ id }) => id !== movedId);
  const choose = (destination: Destination | undefined): void => {
    setChosen(destination);
    onChoose(destination);
  };
  return (
    <>
      <ComboBox
        className="field"
        items={found}
        inputValue={text}
        onInputChange={(typed) => {
          setText(typed);
          if (chosen && typed !== chosen.name) choose(undefined);
        }}
        value={chosen?.id ?? null}
        onChange={(key) => {
          const destination = found.find(({ id }) => id === key);
          if (!destination) return;
          setText(destination.name);
          choose(destination);
        }}
        menuTrigger="focus"
        allowsEmptyCollection
        // The API searches.
        defaultFilter={() => true}
      >
        <Label>{texts.move.destination}</Label>
        <div className="combo">
          <Input className="input" placeholder={texts.move.destinationHint} maxLength={64} />
          <Button className="combo-button">
            <span aria-hidden="true">▾</span>
          </Button>
        </div>
        <Popover className="popover">
          <ListBox<Destination>
            className="list-box"
            renderEmptyState={() => (
              <p className="list-box-empty hint">
                {fetching ? texts.move.searching : texts.move.noDestination}
              </p>
            )}
          >
            {({ id, name, path }) => (
              <ListBoxItem id={id} textValue={name} className="list-box-item">
                <Text slot="label">
                  <bdi>{name}</bdi>
                </Text>
                <Text slot="description" className="hint">
                  {path}
                </Text>
              </ListBoxItem>
            )}
          </ListBox>
        </Popover>
      </ComboBox>
      {error && (
        <RequestFailure error={error} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      )}
    </>
  );
}

/** What matches; the organization that is acted in is no descendant of itself, and is added. */
function destinationsIn(data: DestinationsQuery | undefined, search: string): Destination[] {
  const top = data?.organization;
  if (!top) return [];
  const isMatch = `${top.name} ${top.slug}`.toLowerCase().includes(search.toLowerCase());
  const below = top.descendants?.edges ?? [];
  return [
    ...(isMatch ? [{ id: top.id, name: top.name, slug: top.slug, path: top.slug }] : []),
    ...below.map(({ path, node: { id, name, slug } }) => ({ id, name, slug, path })),
  ];
}
