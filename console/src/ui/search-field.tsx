/** A field to search with. Escape empties it. */
import { Button } from 'react-aria-components/Button';
import { Input } from 'react-aria-components/Input';
import {
  SearchField as AriaSearchField,
  type SearchFieldProps as AriaSearchFieldProps,
} from 'react-aria-components/SearchField';
import { texts } from '../texts/en.ts';

export interface SearchFieldProps extends Omit<AriaSearchFieldProps, 'children' | 'className'> {
  /** Names the field; it has no visible label. */
  label: string;
  placeholder?: string;
}

export function SearchField({ label, placeholder = label, ...props }: SearchFieldProps) {
  return (
    <AriaSearchField {...props} aria-label={label} className="search-field">
      <Input className="input" placeholder={placeholder} />
      <Button className="search-clear" aria-label={texts.common.clear}>
        ✕
      </Button>
    </AriaSearchField>
  );
}
