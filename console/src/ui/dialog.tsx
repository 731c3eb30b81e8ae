/** Dialogs: a question or a form above the page. */
import type { ReactNode } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';

export interface DialogProps {
  isOpen: boolean;
  /** Called for Escape and a click beside it; undefined if it has to be answered. */
  onClose: (() => void) | undefined;
  title: string;
  children: ReactNode;
  /** The buttons at its end. */
  actions?: ReactNode;
  size?: 'small' | 'large';
  /** `alertdialog` for what takes something away. */
  role?: 'dialog' | 'alertdialog';
}

export function Dialog({
  isOpen,
  onClose,
  title,
  children,
  actions,
  size = 'small',
  role = 'dialog',
}: DialogProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose?.();
      }}
      // A slip beside a form should not cost what was typed.
      isDismissable={onClose !== undefined && role === 'dialog' && actions === undefined}
      isKeyboardDismissDisabled={onClose === undefined}
    >
      <Modal className={`modal ${size}`}>
        <AriaDialog className="dialog" role={role}>
          <Heading slot="title" className="dialog-title">
            {title}
          </Heading>
          <div className="dialog-body">{children}</div>
          {actions !== undefined && <div className="dialog-actions">{actions}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
