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
  onClose(): void;
  isPending: boolean;
  /** Why it was not done, as `useIdempotentMutation` returns it; without what stands at a field. */
  failure?: Failure | undefined;
  error?: CombinedError | undefined;
  size?: 'small' | 'large';
  children: ReactNode;
}

export function FormDialog({
  title,
  submit,
  onSubmit,
  onClose,
  isPending,
  failure,
  error,
  size = 'small',
  children,
}: FormDialogProps) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
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
      <form ref={form} id={id} onSubmit={send} className="stack">
        {children}
        <MutationFailure failure={failure} error={error} />
      </form>
    </Dialog>
  );
}
