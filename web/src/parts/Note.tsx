import { Textarea } from "@mantine/core";

interface Props {
  label: string;
  value: string;
  onType: (text: string) => void;
  error?: string | null;
  className?: string;
}

/** What somebody writes in their own words, as long as it gets. */
export function Note({ label, value, onType, error, className }: Props) {
  return (
    <Textarea
      className={className}
      label={label}
      autosize
      minRows={2}
      maxRows={8}
      maxLength={4000}
      value={value}
      onChange={(event) => onType(event.currentTarget.value)}
      error={error}
    />
  );
}
