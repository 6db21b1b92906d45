import { useEffect, useState } from 'react';
import { LevelMeter } from '../Voice/LevelMeter';
import { Microphone, MicrophoneProblem } from '../Voice/Microphone';

/** Opens the microphone only when asked to, and closes it when the view is left. */
export function MicrophoneCheck() {
  const [microphone, setMicrophone] = useState<Microphone>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => () => microphone?.close(), [microphone]);

  async function check() {
    setProblem(undefined);
    try {
      setMicrophone(await Microphone.open());
    } catch (failure) {
      setProblem(failure instanceof MicrophoneProblem ? failure.message : String(failure));
    }
  }

  return (
    <div className="microphone-check">
      {!microphone && (
        <button type="button" className="button" onClick={() => void check()}>
          Check the microphone
        </button>
      )}
      {microphone && (
        <>
          <p>Say a few words. The bar should move.</p>
          <LevelMeter microphone={microphone} />
          <button type="button" className="button" onClick={() => setMicrophone(undefined)}>
            Done
          </button>
        </>
      )}
      {problem && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </div>
  );
}
