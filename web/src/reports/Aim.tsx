import { NumberInput } from "@mantine/core";
import { useState } from "react";
import classes from "./StaffingPage.module.css";

interface NumberProps {
  label: string;
  value: number | null;
  placeholder?: string;
  min: number;
  max: number;
  suffix: string;
  onChange: (value: number | null) => void;
}

/** What is typed counts when the field is left or Enter is pressed, so that not every key asks the server. */
export function Aim({ label, value, onChange, placeholder, ...others }: NumberProps) {
  const [typed, setTyped] = useState<number | string>(value ?? "");
  return (
    <NumberInput
      size="xs"
      className={classes.aim}
      label={label}
      placeholder={placeholder}
      value={typed}
      onChange={setTyped}
      onBlur={() => onChange(typed === "" ? null : Number(typed))}
      onKeyDown={(event) => event.key === "Enter" && onChange(typed === "" ? null : Number(typed))}
      clampBehavior="strict"
      allowNegative={false}
      {...others}
    />
  );
}
