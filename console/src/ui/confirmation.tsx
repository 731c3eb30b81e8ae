/** A question before something is taken away. */
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { texts } from '../texts/en.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { MutationFailure, type Failure } from './mutation-failure.tsx';

export interface ConfirmationProps {
  title: string;
  /** What the button says that does it. */
  confirm: string;
  onConfirm(): void;
  onClose(): void;
  isPending: boolean;
  failure?: Failure | undefined;
  error?: CombinedError | undefined;
  children: ReactNode;
}

export function Confirmation({
  title,
  confirm,
  onConfirm,
  onClose,
  isPending,
  failure,
  error,
  children,
}: ConfirmationProps) {
  return (
    <Dialog
      isOpen
      role="alertdialog"
      onClose={isPending ? undefined : onClose}
      title={title}
      actions={
        <>
          <Button onPress={onClose} isDisabled={isPending}>
            {texts.common.cancel}
          </Button>
          <Button variant="danger" onPress={onConfirm} isPending={isPending}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
      <MutationFailure failure={failure} error={error} />
    </Dialog>
  );
}
