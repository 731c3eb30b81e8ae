/** Deleting an organization, with everything below it. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { organizationPath, treePath } from '../app/paths.ts';
import { useViewer } from '../app/viewer.ts';
import { DeleteOrganizationDocument } from '../generated/settings/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/settings.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Facts, Panel } from '../ui/facts.tsx';
import { formatDate, formatInteger } from '../ui/format.ts';
import { notify } from '../ui/notice.tsx';
import { TextField } from '../ui/text-field.tsx';
import { sizeOf, type Organization, type SectionProps } from './organization.ts';
import { PlaceFailure, usePlaceConflict } from './place-conflict.tsx';

export function DeletePanel(props: SectionProps) {
  const [isOpen, setOpen] = useState(false);
  const below = props.organization.descendantCount ?? 0;
  return (
    <Panel title={texts.remove.title}>
      <p className="hint">
        {below === 0 ? texts.remove.alone : texts.remove.what(formatInteger(below), below === 1)}{' '}
        {texts.remove.restorable}
      </p>
      <div className="row">
        <Button variant="danger" onPress={() => setOpen(true)}>
          {texts.remove.action}
        </Button>
      </div>
      {isOpen && <DeleteDialog {...props} onClose={() => setOpen(false)} />}
    </Panel>
  );
}

function DeleteDialog({ organization, onAsk, onClose }: SectionProps & { onClose(): void }) {
  const { name, slug, parent, people } = organization;
  const { acting } = useViewer();
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const [state, remove] = useIdempotentMutation(DeleteOrganizationDocument, { keyed: false });
  const conflict = usePlaceConflict(onAsk);
  const size = sizeOf(organization);

  const removeIt = async (on: Organization): Promise<void> => {
    conflict.clear();
    const outcome = await remove({
      id: on.id,
      // What appeared below in the meantime was not agreed to.
      mode: sizeOf(on) > 1 ? 'CASCADE' : 'RESTRICT',
      expectedVersion: on.version,
      confirmSlug: slug,
    });
    if (outcome.kind !== 'success') {
      if (outcome.kind === 'failure' && outcome.failure.__typename === 'HasChildrenError')
        await onAsk();
      return conflict.look(outcome, on);
    }
    const { deletedOrganizationIds: ids, purgeAt } = outcome.payload;
    const count = ids.length;
    notify(texts.remove.deleted(name, formatInteger(count), count === 1, formatDate(purgeAt)));
    const above = outcome.payload.parent?.slug ?? parent?.slug;
    navigate(
      above === undefined
        ? treePath(acting)
        : `${organizationPath(acting, above, 'settings')}?deleted=${encodeURIComponent(slug)}`,
      { replace: true },
    );
  };
  const isConfirmed = typed.trim() === slug;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={texts.remove.question(name)}
      role="alertdialog"
      actions={
        <>
          <Button onPress={onClose}>{common.common.cancel}</Button>
          <Button
            variant="danger"
            isPending={state.isPending}
            isDisabled={!isConfirmed}
            onPress={() => void removeIt(organization)}
          >
            {texts.remove.confirm(formatInteger(size), size === 1)}
          </Button>
        </>
      }
    >
      <section aria-label={texts.remove.goesAlong} className="stack-tight">
        <Facts
          of={[
            [texts.remove.organizations, formatInteger(size)],
            [
              texts.remove.people,
              people == null ? common.common.none : atLeast(people.boundedCount),
            ],
          ]}
        />
        <p>{texts.remove.keys}</p>
        <p>{texts.remove.restorable}</p>
      </section>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed && !state.isPending) void removeIt(organization);
        }}
      >
        <TextField
          label={texts.remove.type(slug)}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          spellCheck="false"
          errorMessage={
            typed !== '' && !slug.startsWith(typed.trim()) ? texts.remove.mismatch : undefined
          }
        />
      </form>
      {state.failure?.__typename === 'HasChildrenError' ? (
        <Callout tone="danger">
          {texts.remove.hasChildren(formatInteger(state.failure.childCount))}
        </Callout>
      ) : (
        <PlaceFailure state={state} conflict={conflict} onContinue={(now) => void removeIt(now)} />
      )}
    </Dialog>
  );
}

/** A count of what may be too much to be counted. */
function atLeast({ value, isExact }: { value: number; isExact: boolean }): string {
  return isExact ? formatInteger(value) : texts.remove.atLeast(formatInteger(value));
}
