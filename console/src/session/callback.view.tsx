/** Where the identity provider leads back to. */
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useConfig } from '../app/config.ts';
import { texts } from '../texts/en.ts';
import { Progress } from '../ui/answer-states.tsx';
import { useSession } from './session.tsx';
import { SignIn } from './sign-in.tsx';

export default function CallbackView() {
  const { signIn: provider } = useConfig();
  const { signIn } = useSession();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string>();
  const [isHandedOver, setHandedOver] = useState(false);
  useEffect(() => {
    void (async () => {
      try {
        const { comeBack, takePending } = await import('./oidc.ts');
        const { handOver } = await import('./answer-window.ts');
        const address = new URL(location.href);
        // The code is of use once; neither a reload nor the history should show it.
        history.replaceState(null, '', address.pathname);
        const pending = takePending();
        if (!pending && (await handOver(address))) {
          setHandedOver(true);
          return close();
        }
        if (!provider || !pending) throw new Error(texts.signIn.nothingPending);
        signIn(await comeBack(provider, pending, address));
        navigate(pending.returnTo, { replace: true });
      } catch (error) {
        setFailure(error instanceof Error ? error.message : String(error));
      }
    })();
    // Once: the code cannot be exchanged again.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  if (isHandedOver) return <main className="centered-page">{texts.signIn.handedOver}</main>;
  return failure === undefined ? <Progress /> : <SignIn failure={failure} />;
}
