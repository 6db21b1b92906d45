export default function StatusView() {
  return <h1>Status</h1>;
}
