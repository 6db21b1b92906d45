import { Avatar } from '../Shell/Avatar';
import { Icon } from '../Shell/Icon';
import { ConnectionLine } from './ConnectionLine';
import type { Connection, Way } from './EncounterFeed';
import type { EncounterCase } from './encounterCase';
import type { Pauses } from './pauses';
import { Timer } from './Timer';

type Props = {
  about: EncounterCase;
  minutes: number;
  pauses: Pauses;
  over: boolean;
  paused: boolean;
  connection: Connection;
  way: Way;
  failures: number;
  onPause: () => void;
  onEnd: () => void;
};

export function RoomHead({ about, minutes, pauses, over, paused, connection, way, failures, onPause, onEnd }: Props) {
  return (
    <header className="room-head">
      <Avatar name={about.patient.name} />
      <div className="room-who">
        <h1>{about.patient.name}</h1>
        <ConnectionLine connection={connection} way={way} failures={failures} />
      </div>
      <Timer startedAt={Date.parse(about.encounter.started_at)} minutes={minutes} pauses={pauses} over={over} />
      {!over && (
        <div className="room-actions">
          <button type="button" className="button" onClick={onPause} aria-pressed={paused}>
            <Icon name={paused ? 'play' : 'pause'} /> <span>{paused ? 'Go on' : 'Pause'}</span>
          </button>
          <button type="button" className="button" onClick={onEnd}>
            <Icon name="stop" /> <span>End</span>
          </button>
        </div>
      )}
    </header>
  );
}
