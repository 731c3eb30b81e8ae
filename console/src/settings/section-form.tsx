/** The form of a section: its fields, what went wrong, and its buttons once something is changed. */
import type { ReactNode } from 'react';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/settings.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Panel } from '../ui/facts.tsx';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { VersionConflict } from '../ui/version-conflict.tsx';
import type { Values } from './merge.ts';
import type { useSection } from './use-section.ts';

export interface SectionFormProps<Draft extends Values> {
  title: string;
  form: ReturnType<typeof useSection<Draft>>;
  children: ReactNode;
}

export function SectionForm<Draft extends Values>({
  title,
  form,
  children,
}: SectionFormProps<Draft>) {
  const { errors, failure, error, conflict, isChanged, isPending } = form;
  return (
    <Panel title={title}>
      <form
        className="stack-tight"
        noValidate
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault();
          if (isChanged) form.save();
        }}
      >
        {children}
        {errors.count > 0 ? (
          <Callout tone="danger">{common.input.check}</Callout>
        ) : (
          <MutationFailure failure={failure} error={error} />
        )}
        {conflict ? (
          <VersionConflict {...conflict} />
        ) : (
          <div className="row section-buttons">
            <Button
              variant={isChanged ? 'primary' : 'secondary'}
              type="submit"
              isDisabled={!isChanged}
              isPending={isPending}
            >
              {common.common.save}
            </Button>
            {isChanged && !isPending && (
              <Button variant="quiet" onPress={form.forget}>
                {texts.reset}
              </Button>
            )}
          </div>
        )}
      </form>
    </Panel>
  );
}
