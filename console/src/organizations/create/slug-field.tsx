/** The field for the slug, with whether it is available. */
import { VisuallyHidden } from 'react-aria-components/VisuallyHidden';
import { texts } from '../../texts/en/create.ts';
import { texts as profile } from '../../texts/en/profile.ts';
import { TextField } from '../../ui/text-field.tsx';
import { slugTyped } from '../profile/slug.ts';
import type { SlugState } from './use-slug.ts';

export interface SlugFieldProps {
  slug: SlugState;
  /** Undefined lets it follow the name again. */
  onChange(typed: string | undefined): void;
  errorMessage: string | undefined;
}

export function SlugField({ slug, onChange, errorMessage }: SlugFieldProps) {
  const { text, isTyped, state } = slug;
  const isWrong = isTyped && (state === 'INVALID' || state === 'RESERVED' || state === 'TAKEN');
  const problem = errorMessage ?? (isWrong ? texts.slug[state] : undefined);
  const hint = problem === undefined ? hintFor(slug) : undefined;
  return (
    <div>
      <TextField
        label={profile.slug}
        value={text}
        onChange={(typed) => onChange(typed === '' ? undefined : slugTyped(typed))}
        errorMessage={problem}
        description={hint}
        maxLength={63}
        autoComplete="off"
        spellCheck="false"
      />
      {/* Said while typing; the field itself is only described when it is entered. */}
      <VisuallyHidden role="status">
        {isTyped && state !== 'CHECKING' && (problem ?? hint)}
      </VisuallyHidden>
    </div>
  );
}

function hintFor({ text, isTyped, state }: SlugState): string {
  if (state === 'CHECKING') return texts.slug.checking;
  if (state === 'AVAILABLE') return `${texts.slug.available} ${texts.slug.hint}`;
  if (state === 'UNKNOWN') return texts.slug.unknown;
  if (!isTyped && (state === 'TAKEN' || state === 'RESERVED'))
    return texts.slug.willBeSuffixed(text);
  if (!isTyped && state === 'INVALID') return texts.slug.willBeMade;
  return texts.slug.hint;
}
