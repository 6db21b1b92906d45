import type { ReactNode } from 'react';

type Props = { tone?: 'quiet' | 'warn' | 'bad'; role?: 'status' | 'alert'; children: ReactNode };

export function Notice({ tone = 'quiet', role, children }: Props) {
  return (
    <div className={`notice ${tone}`} role={role}>
      {children}
    </div>
  );
}
