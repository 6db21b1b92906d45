import { ask } from '../Shell/server';

const name = 'emrsim.teacher-key';
let spare: string | undefined;

/** Kept for this tab only: a shared machine in a lab must forget it. */
export function setTeacherKey(key: string | undefined) {
  spare = key;
  try {
    if (key) sessionStorage.setItem(name, key);
    else sessionStorage.removeItem(name);
  } catch {
    // Kept in memory.
  }
}

export function teacherKey(): string | undefined {
  try {
    return sessionStorage.getItem(name) ?? spare;
  } catch {
    return spare;
  }
}

export function askAsTeacher<T>(path: string, signal?: AbortSignal): Promise<T> {
  const key = teacherKey();
  return ask<T>(path, { signal, headers: key ? { 'X-Teacher-Key': key } : {} });
}
