/** Which view an address shows. Views are loaded when they are first shown. */
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { SignIn } from '../session/sign-in.tsx';
import { useSession } from '../session/session.tsx';
import { Progress } from '../ui/answer-states.tsx';
import { Home } from './home.tsx';
import { SignedIn } from './signed-in.tsx';
import { Workspace } from './workspace.tsx';

const Callback = lazy(() => import('../session/callback.view.tsx'));

export function Routes() {
  const { credential } = useSession();
  return (
    <Suspense fallback={<Progress />}>
      <Switch>
        <Route path="/callback">
          <Callback />
        </Route>
        <Route path="/sign-in">{credential ? <Redirect to="/" replace /> : <SignIn />}</Route>
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
