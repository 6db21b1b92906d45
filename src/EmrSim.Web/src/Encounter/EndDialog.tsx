import { Dialog } from '../Shell/Dialog';

type Props = { patient: string; unsent: number; connected: boolean; onEnd: () => void; onClose: () => void };

export function EndDialog({ patient, unsent, connected, onEnd, onClose }: Props) {
  return (
    <Dialog title="End the encounter?" onClose={onClose}>
      <p>You say goodbye to {patient}. The last words are still taken in, then the transcript is closed and nothing can be added.</p>
      {unsent > 0 && (
        <p role="alert">
          {unsent === 1 ? 'One thing you wrote is' : `${unsent} things you wrote are`} not answered yet and would be missing. {connected ? 'Give it a moment.' : 'Wait until the connection is back.'}
        </p>
      )}
      <p className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Stay
        </button>
        <button type="button" className="button primary" onClick={onEnd} disabled={!connected}>
          End the encounter
        </button>
      </p>
    </Dialog>
  );
}
