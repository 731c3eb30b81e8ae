/** The page for people who are not signed in. */
import { useLocation } from 'wouter';
import { CALLBACK_PATH, SIGN_IN_PATH } from '../app/paths.ts';
import { useTitle } from '../app/title.ts';
import { texts } from '../texts/en.ts';
import { Callout } from '../ui/callout.tsx';
import { Logo } from '../ui/logo.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignIn({ failure }: { failure?: string | undefined }) {
  const [address] = useLocation();
  useTitle(texts.signIn.title);
  const isOfItsOwn = [SIGN_IN_PATH, CALLBACK_PATH].includes(address);
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Logo />
        <h1>{texts.signIn.title}</h1>
        {failure !== undefined && (
          <Callout tone="danger">{texts.signIn.providerFailed(failure)}</Callout>
        )}
        <SignInForm returnTo={isOfItsOwn ? '/' : `${address}${location.search}`} />
        <p className="hint">{texts.signIn.memoryOnly}</p>
      </div>
    </main>
  );
}
