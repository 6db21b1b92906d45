import { useTitle } from './useTitle';

export function Nowhere() {
  useTitle('Nothing here');
  return (
    <>
      <h1>There is nothing at this address</h1>
      <p>
        <a href="#/">Go to the cases</a>
      </p>
    </>
  );
}
