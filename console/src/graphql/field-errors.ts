/** What is wrong with single fields of an input, so that it can stand beside them. */
import { useCallback, useState } from 'react';
import type { CombinedError } from 'urql';
import { texts } from '../texts/en.ts';
import { codeOf } from './errors.ts';

type Fields = ReadonlyMap<string, string>;
const NONE: Fields = new Map();

interface BadField {
  field?: unknown;
  path?: unknown;
  message?: unknown;
}

/**
 * The bad fields of an input by their path in it, such as `users.1.email`. Empty if the error is
 * about something else.
 */
export function badFieldsOf(error: CombinedError | undefined): Fields {
  if (!error || codeOf(error) !== 'BAD_USER_INPUT') return NONE;
  return new Map(
    error.graphQLErrors.flatMap(({ message, extensions }) => {
      const fields: unknown = extensions?.['fields'];
      if (!Array.isArray(fields)) return [];
      // The sentence about a value of the wrong type is for programmers.
      const [, type] = /; Expected value of type "(\w+)/.exec(message) ?? [];
      const entries = (fields as BadField[]).flatMap(entryOf);
      return type === undefined
        ? entries
        : entries.map(([name]) => [name, wrongValue(type)] as const);
    }),
  );
}

function entryOf({ field, path, message }: BadField): (readonly [string, string])[] {
  const name = Array.isArray(path) ? path.filter((part) => part !== 'input').join('.') : field;
  return typeof name === 'string' && typeof message === 'string'
    ? [[name, asSentence(message)]]
    : [];
}

function wrongValue(type: string): string {
  if (type === 'URL') return texts.input.url;
  if (type === 'EmailAddress') return texts.input.email;
  return texts.input.other;
}

/** The API says what a field must be, without naming it again. */
const asSentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

/** The bad fields of the last attempt; each is forgotten when it is changed. */
export function useFieldErrors() {
  const [fields, setFields] = useState(NONE);
  return {
    count: fields.size,
    of: (field: string): string | undefined => fields.get(field),
    /** Takes over what is wrong. */
    take: useCallback((error: CombinedError) => setFields(badFieldsOf(error)), []),
    /** Marks fields, for instance before anything is sent. */
    mark: useCallback(
      (marked: readonly (readonly [field: string, message: string])[]) =>
        setFields(new Map(marked)),
      [],
    ),
    /** Forgets a field and what is in it; all without one. */
    forget: useCallback(
      (field?: string) =>
        setFields((before) =>
          before.size === 0 || field === undefined
            ? NONE
            : new Map(
                [...before].filter(([name]) => name !== field && !name.startsWith(`${field}.`)),
              ),
        ),
      [],
    ),
  };
}

export type FieldErrors = ReturnType<typeof useFieldErrors>;
