/** A form in a dialog. It stays open, with all that was typed, until its change is made. */
import { useEffect, useId, useRef, type FormEvent, type ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { texts } from '../texts/en.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { MutationFailure, type Failure } from './mutation-failure.tsx';

export interface FormDialogProps {
  title: string;
  /** What the button says that sends it. */
  submit: string;
  onSubmit(): void;
  /** Forgets what was wrong with the last attempt: called when something is typed after it. */
  onEdit(): void;
  onClose(): void;
  isPending: boolean;
  /** Why it was not done, as `useIdempotentMutation` returns it; without what stands at a field. */
  failure?: Failure | undefined;
  error?: CombinedError | undefined;
  size?: 'small' | 'large';
  children: ReactNode;
}

const REFUSED = '[aria-invalid="true"]';

export function FormDialog({
  title,
  submit,
  onSubmit,
  onEdit,
  onClose,
  isPending,
  failure,
  error,
  size = 'small',
  children,
}: FormDialogProps) {
  const id = useId();
  const isTried = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  // At first the first field, and after an attempt the first that was refused, or what was said.
  useEffect(() => {
    if (isPending) {
      isTried.current = true;
      return;
    }
    const field = form.current?.querySelector<HTMLElement>(isTried.current ? REFUSED : 'input');
    if (field) field.focus();
    else form.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }, [isPending]);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (!isPending) onSubmit();
  };
  return (
    <Dialog
      isOpen
      onClose={isPending ? undefined : onClose}
      title={title}
      size={size}
      actions={
        <>
          <Button onPress={onClose} isDisabled={isPending}>
            {texts.common.cancel}
          </Button>
          <Button type="submit" form={id} variant="primary" isPending={isPending}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        ref={form}
        id={id}
        onSubmit={send}
        // The browser sends no form with a field that is still marked as wrong.
        onInput={isPending ? undefined : onEdit}
        className="stack"
      >
        {children}
        <MutationFailure failure={failure} error={error} />
      </form>
    </Dialog>
  );
}
