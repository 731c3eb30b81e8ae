/** The page for people who are not signed in. */
import { useLocation } from 'wouter';
import { useTitle } from '../app/title.ts';
import { texts } from '../texts/en.ts';
import { Callout } from '../ui/callout.tsx';
import { Logo } from '../ui/logo.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignIn({ failure }: { failure?: string | undefined }) {
  const [address] = useLocation();
  useTitle(texts.signIn.title);
  const isOfItsOwn = ['/sign-in', '/callback'].includes(address);
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
