import { initials } from './words';

export function Avatar({ name, large }: { name: string; large?: boolean }) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  return (
    <span className={large ? 'avatar large' : 'avatar'} style={{ background: `hsl(${hue} 38% 33%)` }} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
