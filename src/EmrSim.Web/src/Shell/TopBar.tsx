import type { Route } from './routing';
import { address } from './routing';

export function TopBar({ route }: { route: Route }) {
  // In an encounter nothing should invite to leave it.
  const inside = route.view === 'encounter';
  const current = (views: Route['view'][]) => (views.includes(route.view) ? ('page' as const) : undefined);
  return (
    <header className="top">
      <a className="brand" href={address.cases()}>
        <img src="/icon.svg" alt="" width="28" height="28" />
        <span>EMRsim</span>
      </a>
      {!inside && (
        <nav aria-label="Main">
          <a href={address.cases()} aria-current={current(['cases', 'before'])}>
            Cases
          </a>
          <a href={address.teacher()} aria-current={current(['teacher'])}>
            Teacher
          </a>
          <a href={address.status()} aria-current={current(['status'])}>
            Status
          </a>
        </nav>
      )}
      <div id="top-end" className="top-end" />
    </header>
  );
}
