import { useCallback, useState } from "react";

/** A button that counts when pressed twice; whoever turns to something else in between has to begin again. */
export function useSure(onSure: () => void, asks = true) {
  const [isAsking, setAsking] = useState(false);
  const forget = useCallback(() => setAsking(false), []);
  const press = () => (isAsking || !asks ? onSure() : setAsking(true));
  return { isAsking, forget, pressed: { onBlur: forget, onClick: press } };
}
