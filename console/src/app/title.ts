/** The title of the page. */
import { useEffect } from 'react';
import { texts } from '../texts/en.ts';

/** Shows a title as long as the component does; nothing while it is not known. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? texts.product : `${title} · ${texts.product}`;
  }, [title]);
}
