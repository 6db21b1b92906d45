import { phases } from '../Shell/words';

type Props = { phase: string; disabled: boolean; onChange: (signal: string) => void };

export function PhaseStepper({ phase, disabled, onChange }: Props) {
  return (
    <nav aria-label="Phase of the visit">
      <ol className="phases">
        {phases.map((step, index) => (
          <li key={step.id}>
            <button type="button" aria-current={step.id === phase ? 'step' : undefined} disabled={disabled} onClick={() => step.id !== phase && onChange(step.signal)}>
              <span aria-hidden="true">{index + 1}</span> {step.name}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
