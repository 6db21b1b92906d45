/** Small things that outlive a reload; without storage (private windows, full disks) they last as long as the tab. */
const spare = new Map<string, string>();

export function keep(name: string, value: unknown) {
  const text = JSON.stringify(value);
  spare.set(name, text);
  try {
    localStorage.setItem(`emrsim.${name}`, text);
  } catch {
    // Kept in memory above.
  }
}

export function kept<T>(name: string): T | undefined {
  let text: string | null | undefined;
  try {
    text = localStorage.getItem(`emrsim.${name}`);
  } catch {
    // Nothing but what this tab remembers.
  }
  text ??= spare.get(name);
  try {
    return text ? (JSON.parse(text) as T) : undefined;
  } catch {
    return undefined;
  }
}

export function forget(name: string) {
  spare.delete(name);
  try {
    localStorage.removeItem(`emrsim.${name}`);
  } catch {
    // It was never there.
  }
}
