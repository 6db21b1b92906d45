import { lazy, Suspense, useEffect, useRef } from 'react';
import { CaseLibrary } from '../Cases/CaseLibrary';
import { Nowhere } from './Nowhere';
import { TopBar } from './TopBar';
import { useRoute, type Route } from './routing';

const Preparation = lazy(() => import('../Cases/Preparation'));
const EncounterView = lazy(() => import('../Encounter/EncounterView'));
const AfterView = lazy(() => import('../Transcript/AfterView'));
const TeacherView = lazy(() => import('../Teacher/TeacherView'));
const StatusView = lazy(() => import('../Status/StatusView'));

export function App() {
  const route = useRoute();
  const place = JSON.stringify(route);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  useEffect(() => {
    // A change of view is a change of page: keyboard and screen reader go on from its beginning.
    if (first.current) first.current = false;
    else {
      main.current?.focus();
      scrollTo(0, 0);
    }
  }, [place]);

  return (
    <>
      <a className="skip" href="#main" onClick={event => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <TopBar route={route} />
      <main id="main" ref={main} tabIndex={-1} className={`view ${route.view}`}>
        <Suspense fallback={<p className="waiting" role="status">Loading…</p>}>
          <View route={route} />
        </Suspense>
      </main>
    </>
  );
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case 'cases':
      return <CaseLibrary />;
    case 'before':
      return <Preparation key={route.scenario} scenarioId={route.scenario} />;
    case 'encounter':
      return <EncounterView key={route.id} id={route.id} />;
    case 'after':
      return <AfterView key={route.id} id={route.id} />;
    case 'teacher':
      return <TeacherView part={route.part} id={route.id} />;
    case 'status':
      return <StatusView />;
    default:
      return <Nowhere />;
  }
}
