import { openMicrophone } from "./devices";
import { usePhone } from "./state";

/** Has the browser ask for the microphone before a call comes, and tells where it gives none. */
export async function tryMicrophone(): Promise<void> {
  try {
    for (const track of (await openMicrophone()).getTracks()) track.stop();
    usePhone.setState({ isMicrophoneRefused: false });
  } catch {
    usePhone.setState({ isMicrophoneRefused: true });
  }
}
