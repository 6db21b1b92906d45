import { address } from '../Shell/routing';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import type { FacultyCase } from '../wire';
import { CaseKey } from './CaseKey';
import { askAsTeacher } from './teacherKey';

export function CaseKeyPage({ id }: { id: string }) {
  const loaded = useLoaded(`key.${id}`, signal => askAsTeacher<FacultyCase>(`/api/teacher/cases/${encodeURIComponent(id)}`, signal));
  useTitle(loaded.value?.title ?? 'Case');
  if (!loaded.value) return <Waiting loaded={loaded} what="the case" />;
  return (
    <>
      <header className="page-head">
        <p>
          <a href={address.teacher('cases')}>All cases</a>
        </p>
        <h1>{loaded.value.title}</h1>
      </header>
      <CaseKey key={id} known={loaded.value} open />
    </>
  );
}
