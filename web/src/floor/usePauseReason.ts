import { useSettings } from "../api/queries";
import { useLabel } from "../i18n";

/** The words for a pause's reason; of one that nobody configured, its code. */
export function usePauseReason(): (code: string) => string {
  const reasons = useSettings().data?.pause_reasons ?? [];
  const label = useLabel();
  return (code) => {
    const known = reasons.find((reason) => reason.code === code);
    return known ? label(known) : code;
  };
}
