/** Which view an address shows. Views are loaded when they are first shown. */
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { SignIn } from '../session/sign-in.tsx';
import { useSession } from '../session/session.tsx';
import { Progress } from '../ui/answer-states.tsx';
import { Home } from './home.tsx';
import { CALLBACK_PATH, SIGN_IN_PATH } from './paths.ts';
import { SignedIn } from './signed-in.tsx';
import { Workspace } from './workspace.tsx';

const Callback = lazy(() => import('../session/callback.view.tsx'));

export function Routes() {
  const { credential } = useSession();
  return (
    <Suspense fallback={<Progress />}>
      <Switch>
        <Route path={CALLBACK_PATH}>
          <Callback />
        </Route>
        <Route path={SIGN_IN_PATH}>{credential ? <Redirect to="/" replace /> : <SignIn />}</Route>
        {!credential && (
          <Route>
            <SignIn />
          </Route>
        )}
        {credential && (
          <Route path="/">
            <SignedIn credential={credential} acting={undefined}>
              <Home />
            </SignedIn>
          </Route>
        )}
        {credential && (
          <Route path="/:acting/*?">
            {({ acting }) => (
              <SignedIn credential={credential} acting={acting}>
                <Workspace acting={acting} />
              </SignedIn>
            )}
          </Route>
        )}
      </Switch>
    </Suspense>
  );
}
