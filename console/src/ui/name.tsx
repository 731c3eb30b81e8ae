/** A text that people chose, such as a name: its direction stays its own. */
export function Name({ of }: { of: string }) {
  return <bdi>{of}</bdi>;
}
