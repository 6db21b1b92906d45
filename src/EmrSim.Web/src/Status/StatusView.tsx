import { useEffect } from 'react';
import { Notice } from '../Shell/Notice';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import { SignedIn } from '../Teacher/SignedIn';
import '../Teacher/teacher.css';
import { askAsTeacher } from '../Teacher/teacherKey';
import type { SystemStatus } from '../wire';
import { Charts } from './Charts';
import { Events } from './Events';
import { Instances } from './Instances';
import { Tiers } from './Tiers';
import { Verdict } from './Verdict';
import './status.css';

const between = 5000;

export default function StatusView() {
  useTitle('Status');
  return <SignedIn what="the state of the system">{() => <Status />}</SignedIn>;
}

function Status() {
  const loaded = useLoaded('status', signal => askAsTeacher<SystemStatus>('/api/operator/status', signal));
  useEffect(() => {
    const looking = setInterval(() => document.visibilityState === 'visible' && loaded.reload(), between);
    return () => clearInterval(looking);
  }, [loaded.reload]);
  const status = loaded.value;
  if (!status) return <Waiting loaded={loaded} what="the state of the system" />;
  return (
    <div className="status-page">
      <h1>Status</h1>
      {loaded.problem && (
        <Notice tone="bad" role="alert">
          This instance does not answer just now. What you see is from before.
        </Notice>
      )}
      <Verdict status={status} />
      <Tiers tiers={status.tiers} server={status.server} database={status.database} />
      <Instances instances={status.instances} answering={status.instance} />
      <Charts history={status.history} />
      <Events events={status.events} />
    </div>
  );
}
