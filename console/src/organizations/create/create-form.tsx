/** The form for a new organization. */
import { useRef, useState } from 'react';
import { useViewer } from '../../app/viewer.ts';
import {
  CreateOrganizationDocument,
  type CreateOrganizationMutation,
  type NewOrganizationQuery,
} from '../../generated/organizations/create/graphql.ts';
import { useFieldErrors } from '../../graphql/field-errors.ts';
import { useIdempotentMutation, type FailureOf } from '../../graphql/use-mutation.ts';
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/create.ts';
import { texts as profile } from '../../texts/en/profile.ts';
import { Button } from '../../ui/button.tsx';
import { Callout } from '../../ui/callout.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useFirstFocus } from '../../ui/first-focus.ts';
import { formatInteger } from '../../ui/format.ts';
import { MutationFailure } from '../../ui/mutation-failure.tsx';
import { Name } from '../../ui/name.tsx';
import { badOffers, givenAccounts } from '../profile/draft.ts';
import { CreateFields } from './create-fields.tsx';
import type { CreatedPayload } from './create-organization.tsx';
import { EMPTY, inputOf, type Draft } from './draft.ts';
import { slugToSend, useSlug } from './use-slug.ts';

const FORM = 'create-organization';

export interface CreateFormProps {
  parent: NonNullable<NewOrganizationQuery['organization']>;
  onCreated(payload: CreatedPayload): void;
  onCancel(): void;
}

export function CreateForm({ parent, onCreated, onCancel }: CreateFormProps) {
  const { user } = useViewer();
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [isLeaving, setLeaving] = useState(false);
  const slug = useSlug(draft.name, draft.slug);
  const errors = useFieldErrors();
  const [{ isPending, failure, error }, run] = useIdempotentMutation(CreateOrganizationDocument);
  const form = useRef<HTMLFormElement>(null);
  const isEmpty = JSON.stringify(draft) === JSON.stringify(EMPTY);

  const mark = (refused: FailureOf<CreateOrganizationMutation>): void => {
    if (refused.__typename === 'SlugTakenError')
      errors.mark([['slug', texts.slug[refused.reason]]]);
    if (refused.__typename !== 'ExternalAccountTakenError') return;
    const at = givenAccounts(draft.accounts).findIndex(({ system }) => system === refused.system);
    errors.mark([[`externalAccounts.${at}.accountId`, profile.accounts.taken]]);
  };
  // Where something is wrong may be out of sight.
  const showFirst = (): void => {
    requestAnimationFrame(() =>
      form.current?.querySelector<HTMLElement>('input[data-invalid]')?.focus(),
    );
  };
  const submit = async (): Promise<void> => {
    const bad = badOffers(draft.offers, common.input.url);
    errors.mark(bad);
    if (bad.length > 0) return showFirst();
    const outcome = await run(inputOf(draft, parent.id, slugToSend(slug)));
    if (outcome.kind === 'success') return onCreated(outcome.payload);
    if (outcome.kind === 'failure') mark(outcome.failure);
    else errors.take(outcome.error);
    showFirst();
  };
  const leave = (): void => (isEmpty || isPending ? onCancel() : setLeaving(true));

  return (
    <Dialog
      isOpen
      onClose={isPending ? undefined : leave}
      title={texts.title}
      size="large"
      actions={
        isLeaving ? (
          <LeaveQuestion onStay={() => setLeaving(false)} onDiscard={onCancel} />
        ) : (
          <>
            <Button onPress={leave} isDisabled={isPending}>
              {common.common.cancel}
            </Button>
            <Button
              variant="primary"
              type="submit"
              form={FORM}
              isPending={isPending}
              isDisabled={draft.name.trim() === ''}
            >
              {texts.create}
            </Button>
          </>
        )
      }
    >
      <form
        ref={form}
        id={FORM}
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isPending && draft.name.trim() !== '') void submit();
        }}
      >
        <p className="hint">
          {texts.below} <Name of={parent.name} />.{' '}
          {user ? texts.becomesAdmin : texts.keyHasNoMembership}
        </p>
        {parent.status === 'SUSPENDED' && <Callout tone="warning">{texts.suspended}</Callout>}
        <CreateFields
          draft={draft}
          slug={slug}
          roles={parent.roles ?? []}
          errors={errors}
          onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
        />
        {errors.count > 0 ? (
          <Callout tone="danger">{common.input.check}</Callout>
        ) : failure?.__typename === 'DepthLimitError' ? (
          <Callout tone="danger">{texts.depthLimit(formatInteger(failure.limit))}</Callout>
        ) : (
          <MutationFailure failure={failure} error={error} />
        )}
      </form>
    </Dialog>
  );
}

function LeaveQuestion({ onStay, onDiscard }: { onStay(): void; onDiscard(): void }) {
  const buttons = useFirstFocus<HTMLDivElement>('button');
  return (
    <div ref={buttons} className="dialog-buttons">
      <span className="dialog-question" role="alert">
        {texts.leave.question}
      </span>
      <Button onPress={onStay}>{texts.leave.stay}</Button>
      <Button variant="danger" onPress={onDiscard}>
        {texts.leave.discard}
      </Button>
    </div>
  );
}
