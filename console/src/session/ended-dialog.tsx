/** Asks for another credential when the gateway refuses the one in use; the views behind it stay. */
import { texts } from '../texts/en.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useSession } from './session.tsx';
import { SignInForm } from './sign-in-form.tsx';

export default function EndedDialog() {
  const { signOut } = useSession();
  return (
    <Dialog isOpen onClose={undefined} title={texts.session.ended}>
      <p>{texts.session.endedHint}</p>
      {/* Leaving the page would lose what was typed in it. */}
      <SignInForm returnTo={undefined} />
      <Button variant="quiet" onPress={signOut}>
        {texts.session.leave}
      </Button>
    </Dialog>
  );
}
