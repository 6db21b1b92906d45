export default function TeacherView(_: { part: string; id?: string }) {
  return <h1>Teacher</h1>;
}
