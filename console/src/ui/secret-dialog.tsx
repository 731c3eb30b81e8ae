/** A secret that is shown once. */
import { useState } from 'react';
import { texts } from '../texts/en/credentials.ts';
import { Button } from './button.tsx';
import { Callout } from './callout.tsx';
import { Dialog } from './dialog.tsx';
import { useLeaveGuard } from './leave-guard.ts';
import { Name } from './name.tsx';
import './styles/access.css';

export interface SecretDialogProps {
  title: string;
  /** The name of the credential. */
  name: string;
  secret: string;
  onClose(): void;
}

export function SecretDialog({ title, name, secret, onClose }: SecretDialogProps) {
  const [copy, setCopy] = useState<'not yet' | 'copied' | 'refused'>('not yet');
  const [isAsking, setAsking] = useState(false);
  useLeaveGuard(copy !== 'copied', () => setAsking(true));
  const copyIt = (): void => {
    setAsking(false);
    void navigator.clipboard.writeText(secret).then(
      () => setCopy('copied'),
      () => setCopy('refused'),
    );
  };
  const close = (): void => {
    if (copy === 'copied') onClose();
    else setAsking(true);
  };
  return (
    <Dialog
      isOpen
      title={title}
      onClose={close}
      actions={
        isAsking ? (
          <>
            <Button onPress={() => setAsking(false)}>{texts.secret.goBack}</Button>
            <Button variant="danger" onPress={onClose}>
              {texts.secret.closeAnyway}
            </Button>
          </>
        ) : (
          <Button variant={copy === 'copied' ? 'primary' : 'secondary'} onPress={close}>
            {texts.secret.done}
          </Button>
        )
      }
    >
      <p>
        <Name of={name} />
      </p>
      <div className="secret">
        <code className="secret-text" onCopy={() => setCopy('copied')}>
          {secret}
        </code>
        <Button variant="primary" onPress={copyIt}>
          {texts.secret.copy}
        </Button>
      </div>
      <div aria-live="polite">
        {isAsking ? (
          <Callout tone="warning" title={texts.secret.notCopied}>
            {texts.secret.notCopiedHint}
          </Callout>
        ) : (
          <Callout tone={copy === 'copied' ? 'good' : 'warning'}>
            {texts.secret.states[copy]}
          </Callout>
        )}
      </div>
    </Dialog>
  );
}
