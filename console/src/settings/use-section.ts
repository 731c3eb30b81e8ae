/** A section while it is edited: nothing typed is lost, and nothing that others stored meanwhile. */
import { useState } from 'react';
import {
  UpdateOrganizationDocument,
  type UpdateOrganizationMutation,
} from '../generated/settings/graphql.ts';
import { useFieldErrors } from '../graphql/field-errors.ts';
import { useIdempotentMutation, type Outcome } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/settings.ts';
import { notify } from '../ui/notice.tsx';
import { changed, differing, merge, type Values } from './merge.ts';
import type { SectionProps } from './organization.ts';
import type { Section } from './sections.ts';

/** What is edited: what was stored when it began, and what was typed since. */
interface Edit<Draft> {
  base: Draft;
  version: number;
  draft: Draft;
}

interface Conflict<Draft> {
  theirs: Draft;
  edit: Edit<Draft>;
}

/** How often a change is put on top of others that have nothing to do with it. */
const REBASES = 3;

export function useSection<Draft extends Values>(
  section: Section<Draft>,
  { organization, onAsk }: SectionProps,
) {
  const [edit, setEdit] = useState<Edit<Draft>>();
  const [conflict, setConflict] = useState<Conflict<Draft>>();
  const errors = useFieldErrors();
  const [{ isPending, failure, error }, run, reset] = useIdempotentMutation(
    UpdateOrganizationDocument,
  );
  const stored = section.read(organization);
  const draft = edit?.draft ?? stored;

  const save = async (given: Edit<Draft>): Promise<void> => {
    let current = given;
    setConflict(undefined);
    const bad = section.check?.(given.draft) ?? [];
    errors.mark(bad);
    if (bad.length > 0) return;
    for (let rebased = 0; ; rebased++) {
      const { base, version } = current;
      const input = changed(section.write(base), section.write(current.draft));
      const outcome = await run({ id: organization.id, expectedVersion: version, ...input });
      if (!isConflict(outcome)) return finish(outcome, section);
      const now = await onAsk();
      if (!now) return;
      const theirs = section.read(now);
      const { values, conflicts } = merge(base, current.draft, theirs);
      current = { base: theirs, version: now.version, draft: values };
      setEdit(current);
      // What others changed elsewhere is no reason to ask.
      if (conflicts.length > 0 || rebased >= REBASES) return setConflict({ theirs, edit: current });
    }
  };

  const finish = async (
    outcome: Outcome<UpdateOrganizationMutation>,
    { title }: Section<Draft>,
  ): Promise<void> => {
    if (outcome.kind === 'error') errors.take(outcome.error);
    if (outcome.kind !== 'success') return;
    // The billing account is no part of what the mutation answers.
    if (title === texts.billing.title) await onAsk();
    setEdit(undefined);
    notify(texts.saved);
  };

  const forget = (): void => {
    setEdit(undefined);
    setConflict(undefined);
    errors.forget();
    reset();
  };

  return {
    draft,
    errors,
    failure: isVersionConflict(failure) ? undefined : failure,
    error,
    isPending,
    isChanged: edit !== undefined && differing(edit.base, edit.draft).length > 0,
    change: (part: Partial<Draft>): void =>
      setEdit((before) => {
        const begun = before ?? { base: stored, version: organization.version, draft: stored };
        return { ...begun, draft: { ...begun.draft, ...part } };
      }),
    save: (): void => {
      if (edit && !isPending) void save(edit);
    },
    forget,
    conflict: conflict && {
      differences: differing(conflict.theirs, conflict.edit.draft).map((key) => ({
        label: section.label(key),
        theirs: shown(section, key, conflict.theirs),
        yours: shown(section, key, conflict.edit.draft),
      })),
      onOverwrite: () => void save(conflict.edit),
      onDiscard: forget,
    },
  };
}

const isVersionConflict = (failure: { __typename: string } | undefined): boolean =>
  failure?.__typename === 'VersionConflictError';

const isConflict = (outcome: Outcome<UpdateOrganizationMutation>): boolean =>
  outcome.kind === 'failure' && isVersionConflict(outcome.failure);

function shown<Draft extends Values>(
  section: Section<Draft>,
  key: keyof Draft & string,
  draft: Draft,
): string {
  const text = section.show ? section.show(key, draft) : String(draft[key]);
  return text === '' ? '–' : text;
}
