import { Button } from "@mantine/core";
import { useState } from "react";

interface Props {
  label: string;
  /** What it says when it was pressed once; the second press counts. */
  sure: string;
  /** Its name before the first press, where the label alone does not say of what. */
  name?: string;
  onSure: () => void;
  isSending?: boolean;
}

/** Takes something away, when pressed twice. */
export function SureButton({ label, sure, name, onSure, isSending }: Props) {
  const [isAsking, setAsking] = useState(false);
  return (
    <Button
      size="compact-xs"
      variant={isAsking ? "filled" : "subtle"}
      color={isAsking ? "red.9" : "red"}
      loading={isSending}
      aria-label={isAsking ? undefined : name}
      onClick={() => (isAsking ? onSure() : setAsking(true))}
    >
      {isAsking ? sure : label}
    </Button>
  );
}
