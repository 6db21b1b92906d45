import { useEffect, useState } from 'react';
import { Icon } from '../Shell/Icon';
import { clock } from '../Shell/words';
import { elapsedSeconds, type Pauses } from './pauses';

type Props = { startedAt: number; minutes: number; pauses: Pauses; over: boolean };

export function Timer({ startedAt, minutes, pauses, over }: Props) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (over) return;
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, [over]);

  const elapsed = elapsedSeconds(startedAt, pauses, now);
  const left = minutes * 60 - elapsed;
  const tone = minutes && left < 0 ? 'late' : minutes && left < 120 ? 'soon' : '';
  return (
    <p className={`timer ${tone}`} role="timer" aria-label={minutes ? 'Time left' : 'Time'}>
      <Icon name="clock" />
      {!minutes && clock(elapsed)}
      {minutes > 0 && left >= 0 && `${clock(left)} left`}
      {minutes > 0 && left < 0 && `${clock(-left)} over`}
    </p>
  );
}
