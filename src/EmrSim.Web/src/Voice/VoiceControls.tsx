import { Icon } from '../Shell/Icon';
import { keep, kept } from '../Shell/kept';
import { LevelMeter } from './LevelMeter';
import { usePushToTalk } from './usePushToTalk';
import type { CallState, MicrophoneMode, VoiceCall } from './VoiceCall';

type Props = { call?: VoiceCall; state: CallState; paused: boolean };

export function VoiceControls({ call, state, paused }: Props) {
  const { phase, mode, muted, held, microphone } = state;
  const pushing = phase === 'live' && mode === 'push' && !paused && !state.microphoneLost;
  usePushToTalk(call, pushing);

  const choose = (chosen: MicrophoneMode) => {
    keep('microphone-mode', chosen);
    call?.setMode(chosen);
  };

  if (phase !== 'live') {
    return (
      <div className="voice">
        <button type="button" className="button" disabled={phase === 'opening' || paused || !call} onClick={() => void call?.begin(kept<MicrophoneMode>('microphone-mode') ?? 'open')}>
          <Icon name="mic" /> {phase === 'opening' ? 'Connecting the voice' : 'Talk'}
        </button>
        {state.problem && (
          <p className="trouble" role="alert">
            {state.problem}
          </p>
        )}
      </div>
    );
  }

  return (
    <div className="voice live" data-speaks={state.patientSpeaks ? 'patient' : state.studentSpeaks ? 'student' : 'nobody'}>
      <div className="voice-row">
        {mode === 'push' && (
          <button
            type="button"
            className={held ? 'button primary talk-button held' : 'button primary talk-button'}
            aria-pressed={held}
            disabled={!pushing}
            onPointerDown={event => {
              event.currentTarget.setPointerCapture(event.pointerId);
              call?.press();
            }}
            onPointerUp={() => call?.letGo()}
            onPointerCancel={() => call?.letGo()}
            onContextMenu={event => event.preventDefault()}
          >
            <Icon name="mic" /> {held ? 'Listening' : 'Hold to talk'}
          </button>
        )}
        <button type="button" className="button" aria-pressed={muted} onClick={() => call?.setMuted(!muted)}>
          <Icon name={muted ? 'micOff' : 'mic'} /> {muted ? 'Muted' : 'Mute'}
        </button>
        <button type="button" className="button" aria-pressed={mode === 'open'} onClick={() => choose(mode === 'open' ? 'push' : 'open')}>
          Open microphone
        </button>
        {state.patientSpeaks && (
          <button type="button" className="button" onClick={() => call?.interrupt()}>
            Interrupt
          </button>
        )}
        <button type="button" className="button" onClick={() => call?.stop()}>
          <Icon name="phone" /> Hang up
        </button>
      </div>
      <div className="voice-row">
        {microphone && <LevelMeter microphone={microphone} />}
        <p className="voice-hint">{hint(state)}</p>
      </div>
      {state.problem && (
        <p className="trouble" role="alert">
          {state.problem}{' '}
          {state.microphoneLost && (
            <button type="button" className="button plain" onClick={() => void call?.reopenMicrophone()}>
              Try the microphone again
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function hint({ mode, muted, held, patientSpeaks, studentSpeaks }: CallState) {
  if (muted) return 'You are muted. The patient can’t hear you.';
  if (patientSpeaks) return mode === 'push' ? 'The patient speaks. Hold to interrupt.' : 'The patient speaks. Just talk to interrupt.';
  if (mode === 'push') return held ? 'Let go when you have finished.' : 'Hold the button, the space bar or F8 while you talk.';
  return studentSpeaks ? 'The patient listens.' : 'Just talk. The patient answers when you stop.';
}
