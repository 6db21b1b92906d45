import { useEffect, useRef } from 'react';
import type { Microphone } from './Microphone';

/** Moves without drawing the view anew: sixty pictures a second are no matter of state. */
export function LevelMeter({ microphone }: { microphone: Microphone }) {
  const bar = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      if (bar.current) bar.current.value = microphone.level();
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [microphone]);
  return <meter ref={bar} className="level" min={0} max={1} low={0.02} aria-label="Microphone level" />;
}
