/** What belongs to callback lists, in the reader's words. */

import { useTranslation } from "react-i18next";
import type { RuleEnd } from "./form";

/** What becomes of a target after its last attempt. */
export function useEndWords(): (end: RuleEnd) => string {
  const { t } = useTranslation();
  return ({ next_number, then }) => (next_number ? t(`callbacks.nextNumber.${then}`) : t(`callbacks.then.${then}`));
}
