/** The ways to sign in, on the page and in the dialog of an ended session. */
import { useState, type FormEvent } from 'react';
import { useConfig } from '../app/config.ts';
import { texts } from '../texts/en.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useSession } from './session.tsx';

export interface SignInFormProps {
  /** The address to show after the provider led back; undefined to ask it in a window of its own. */
  returnTo: string | undefined;
}

export function SignInForm({ returnTo }: SignInFormProps) {
  const { demonstration, signIn: provider } = useConfig();
  const { signIn } = useSession();
  const [token, setToken] = useState('');
  const [isGoing, setGoing] = useState(false);
  const [failure, setFailure] = useState<string>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const text = token.trim().replace(/^bearer\s+/i, '');
    if (/^[\x21-\x7e]+$/.test(text)) signIn({ token: text });
    else setFailure(texts.signIn.notAToken);
  };
  const goToProvider = async (): Promise<void> => {
    if (!provider) return;
    // A window that was closed does not say so: another one can be opened meanwhile.
    setGoing(returnTo !== undefined);
    setFailure(undefined);
    try {
      const oidc = await import('./oidc.ts');
      if (returnTo === undefined) signIn(await oidc.askProvider(provider));
      else await oidc.goToProvider(provider, returnTo);
    } catch (error) {
      setGoing(false);
      setFailure(texts.signIn.providerFailed(error instanceof Error ? error.message : ''));
    }
  };
  return (
    <div className="stack">
      {failure !== undefined && <Callout tone="danger">{failure}</Callout>}
      {demonstration && (
        <Button variant="primary" onPress={() => signIn({ token: demonstration.token })}>
          {texts.signIn.demonstration}
        </Button>
      )}
      {provider && (
        <Button
          variant={demonstration ? 'secondary' : 'primary'}
          isPending={isGoing}
          onPress={() => void goToProvider()}
        >
          {texts.signIn.withProvider}
        </Button>
      )}
      {(demonstration ?? provider) && <p className="divider">{texts.signIn.or}</p>}
      <form onSubmit={submit} className="stack">
        <TextField
          label={texts.signIn.token}
          description={texts.signIn.tokenHint}
          value={token}
          onChange={setToken}
          type="password"
          autoComplete="off"
          isRequired
        />
        <Button type="submit" variant={demonstration || provider ? 'secondary' : 'primary'}>
          {texts.signIn.withToken}
        </Button>
      </form>
    </div>
  );
}
