import { Button, type ButtonProps } from "@mantine/core";
import { useSure } from "./useSure";

interface Props extends Pick<ButtonProps, "size" | "leftSection" | "disabled"> {
  label: string;
  /** What it says when it was pressed once; the second press counts. */
  sure: string;
  /** Its name before the first press, where the label alone does not say of what. */
  name?: string;
  onSure: () => void;
  isSending?: boolean;
  /** False where nothing is lost: then the first press counts. */
  asks?: boolean;
}

function colourOf(isAsking: boolean, asks: boolean): string {
  if (isAsking) return "red.9";
  return asks ? "red" : "gray";
}

/** Takes something away, when pressed twice. */
export function SureButton({ label, sure, name, onSure, isSending, asks = true, ...props }: Props) {
  const { isAsking, pressed } = useSure(onSure, asks);
  return (
    <Button
      size="compact-xs"
      variant={isAsking ? "filled" : "subtle"}
      color={colourOf(isAsking, asks)}
      loading={isSending}
      aria-label={isAsking ? undefined : name}
      {...pressed}
      {...props}
    >
      {isAsking ? sure : label}
    </Button>
  );
}
