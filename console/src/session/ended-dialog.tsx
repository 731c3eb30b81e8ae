/** Asks for another credential when the gateway refuses the one in use; the views behind it stay. */
import { useLocation } from 'wouter';
import { texts } from '../texts/en.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useSession } from './session.tsx';
import { SignInForm } from './sign-in-form.tsx';

export default function EndedDialog() {
  const { signOut } = useSession();
  const [address] = useLocation();
  return (
    <Dialog isOpen onClose={undefined} title={texts.session.ended}>
      <p>{texts.session.endedHint}</p>
      <SignInForm returnTo={`${address}${location.search}`} />
      <Button variant="quiet" onPress={signOut}>
        {texts.session.leave}
      </Button>
    </Dialog>
  );
}
