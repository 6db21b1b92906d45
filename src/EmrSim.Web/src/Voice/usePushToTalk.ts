import { useEffect } from 'react';
import type { VoiceCall } from './VoiceCall';

/** The space bar where it has no other meaning, F8 everywhere. */
export function usePushToTalk(call: VoiceCall | undefined, active: boolean) {
  useEffect(() => {
    if (!call || !active) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const pressed = (event: KeyboardEvent) => {
      if (!isTalkKey(event)) return;
      event.preventDefault();
      if (!event.repeat) call.press();
    };
    const released = (event: KeyboardEvent) => {
      if (event.code === 'Space' || event.code === 'F8') call.letGo();
    };
    addEventListener('keydown', pressed, { signal });
    addEventListener('keyup', released, { signal });
    // Whoever leaves the window with the key down has let go as far as we can know.
    addEventListener('blur', () => call.letGo(), { signal });
    return () => {
      leaving.abort();
      call.letGo();
    };
  }, [call, active]);
}

function isTalkKey(event: KeyboardEvent) {
  if (event.code === 'F8') return true;
  if (event.code !== 'Space' || event.ctrlKey || event.altKey || event.metaKey) return false;
  const at = event.target instanceof Element ? event.target : document.body;
  return at.classList.contains('talk-button') || !at.closest('input, textarea, select, button, a, summary, [contenteditable], dialog, video');
}
