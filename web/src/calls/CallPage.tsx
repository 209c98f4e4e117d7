export default function Page(_: { pbx: string; callId: string }) {
  return null;
}
